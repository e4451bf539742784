plugins {
    kotlin("jvm") version "2.0.21"
}

dependencies {
    implementation("io.lettuce:lettuce-core:7.7.0.RELEASE")
}
