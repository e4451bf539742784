plugins {
    kotlin("jvm") version "1.3.72"
}

dependencies {
    implementation("io.lettuce:lettuce-core:5.1.1.RELEASE")
}
