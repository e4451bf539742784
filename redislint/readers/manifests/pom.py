"""A pom.xml with its parents: properties, dependency management, the Spring Boot release.

Maven's own order: what stands nearer to the module wins; a property is looked up from the module
upwards wherever it is used; imported bills of materials come after the file's own entries; a
property such as `lettuce.version` overrides Spring Boot's only where Boot is a parent, not where
its bill of materials is imported.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from redislint.model.value import Value, at, unknown
from redislint.readers import Context
from redislint.readers.manifests.jvm import MANAGED_PROPERTY, is_boot
from redislint.source import Source
from redislint.syntax.xml import Element, parse

_PLACEHOLDER = re.compile(r"\$\{((?:[^}$]|\$(?!\{))+)\}")
_MAX_PARENTS = 12


class Pom:
    """One pom.xml of the repository. `parent` is the parent where it is in the repository."""

    def __init__(self, source: Source, root: Element) -> None:
        self.source = source
        self.root = root
        self.parent: Pom | None = None
        self.properties: dict[str, Element] = {}
        self.conditional: dict[str, list[Element]] = {}
        for element in root.all("properties"):
            for entry in element.children:
                self.properties[entry.name] = entry
        for profile in root.all("profiles", "profile"):
            active = profile.child("activation", "activeByDefault")
            for entry in [e for block in profile.all("properties") for e in block.children]:
                if active is not None and active.text == "true":
                    self.properties[entry.name] = entry
                else:
                    self.conditional.setdefault(entry.name, []).append(entry)

    def __repr__(self) -> str:
        return f"Pom({self.source.path!r})"

    def chain(self) -> Iterator[Pom]:
        """This file and its parents in the repository, nearest first."""
        pom: Pom | None = self
        while pom is not None:
            yield pom
            pom = pom.parent

    def outer_parent(self) -> Element | None:
        """The `<parent>` of the outermost file: what is not in the repository."""
        outermost = list(self.chain())[-1]
        return outermost.root.child("parent")

    def text(self, raw: str, element: Element, depth: int = 0) -> Value:
        """A text with its `${…}` filled in; unknown, with the reason, where one cannot be."""
        match = _PLACEHOLDER.search(raw)
        if match is None:
            return at(raw, element.text_span)
        if depth > 8:
            return unknown(f"${{{match[1]}}} refers to itself", element.text_span)
        found = self._property(match[1], depth + 1)
        if not found.known:
            return found
        holder = found.origin.span
        filled = raw[: match.start()] + str(found.value) + raw[match.end() :]
        if "${" in filled:
            return self.text(filled, element, depth + 1)
        return at(filled, holder or element.text_span, raw=raw)

    def _property(self, name: str, depth: int = 0) -> Value:
        own = {"project.version", "pom.version", "version"}
        if name in own or name == "project.parent.version":
            for pom in self.chain():
                element = pom.root.child("version") if name in own else None
                element = element or pom.root.child("parent", "version")
                if element is not None and element.text:
                    return pom.text(element.text, element, depth + 1)
        for pom in self.chain():
            if name in pom.properties:
                element = pom.properties[name]
                if "${" in element.text:
                    return self.text(element.text, element, depth + 1)
                return at(element.text, element.text_span)
        texts = {e.text: e for p in self.chain() for e in p.conditional.get(name, [])}
        if len(texts) == 1:
            (element,) = texts.values()
            return self.text(element.text, element, depth + 1)
        if texts:
            return unknown(f"${{{name}}} depends on the profile")
        return unknown(f"${{{name}}} is set outside of the repository")

    def managed(self, name: str, context: Context) -> Value | None:
        """What dependency management says of an artifact: nearest file first, then imports."""
        for pom in self.chain():
            for element in pom.management():
                if pom.name_of(element) == name and element.child("version") is not None:
                    version = element.child("version")
                    assert version is not None
                    return self.text(version.text, version)
        for pom in self.chain():
            for element in pom.imports():
                found = self._imported(pom, element, name, context)
                if found is not None:
                    return found
        property_name = MANAGED_PROPERTY.get(name)
        if property_name and self._boot_is_parent():
            overridden = self._property(property_name)
            if overridden.known:
                return overridden
        return None

    def _imported(self, pom: Pom, element: Element, name: str, context: Context) -> Value | None:
        """What a bill of materials that is a module of this repository says."""
        bom = self._module(element.value("artifactId"), context)
        for entry in bom.management() if bom is not None else ():
            version = entry.child("version")
            if version is not None and bom is not None and bom.name_of(entry) == name:
                return bom.text(version.text, version)
        return None

    def _module(self, artifact: str, context: Context) -> Pom | None:
        """The module of this repository that has an artifact's name, if its folder has it too."""
        own = {p.source.path for p in self.chain()}
        for path in context.glob(f"*{artifact}/pom.xml")[:8]:
            if posixpath.basename(posixpath.dirname(path)) != artifact or path in own:
                continue
            found = load(path, context)
            if found is not None and found.root.value("artifactId") == artifact:
                return found
        return None

    def boot(self, context: Context) -> Value | None:
        """The Spring Boot release that manages versions here; None where none does."""
        for pom in self.chain():
            parent = pom.root.child("parent")
            if parent is not None and is_boot(pom.name_of(parent)):
                version = parent.child("version")
                return pom.text(version.text, version) if version is not None else None
        for pom in self.chain():
            for element in pom.imports():
                if is_boot(pom.name_of(element)):
                    version = element.child("version")
                    return self.text(version.text, version) if version is not None else None
        for pom in self.chain():
            for element in pom.imports():
                found = self._boot_of_bom(element, context)
                if found is not None:
                    return found
        return None

    def _boot_of_bom(self, element: Element, context: Context) -> Value | None:
        bom = self._module(element.value("artifactId"), context)
        for entry in bom.imports() if bom is not None else ():
            if bom is not None and is_boot(bom.name_of(entry)):
                version = entry.child("version")
                return bom.text(version.text, version) if version is not None else None
        return None

    def ignored_override(self, name: str) -> Value | None:
        """A property that looks as if it overrode Boot's version, but that nothing reads.

        Properties change what Spring Boot manages only where Boot is a parent: an imported bill of
        materials has its versions filled in already.
        """
        key = MANAGED_PROPERTY.get(name)
        if key is None or self._boot_is_parent():
            return None
        poms = list(self.chain())
        if any("${" + key + "}" in pom.source.text for pom in poms):
            return None
        for pom in poms:
            if key in pom.properties:
                element = pom.properties[key]
                return at(element.text, element.text_span)
        return None

    def _boot_is_parent(self) -> bool:
        parent = self.outer_parent()
        return parent is not None and is_boot(self.name_of(parent))

    def name_of(self, element: Element) -> str:
        """`group:artifact` of a dependency or parent, with properties filled in."""
        parts = []
        for name in ("groupId", "artifactId"):
            child = element.child(name)
            value = self.text(child.text, child) if child is not None else unknown("")
            parts.append(str(value.value) if value.known else "?")
        return ":".join(parts)

    def dependencies(self) -> Iterator[tuple[Element, bool]]:
        """The dependencies in use, each with whether only a profile adds it."""
        for element in self.root.all("dependencies", "dependency"):
            yield element, False
        for element in self.root.all("profiles", "profile", "dependencies", "dependency"):
            yield element, True

    def management(self) -> Iterator[Element]:
        """The entries of dependency management, without imports."""
        for element in self._management():
            if element.value("scope") != "import":
                yield element

    def imports(self) -> Iterator[Element]:
        """The bills of materials that are imported."""
        for element in self._management():
            if element.value("scope") == "import":
                yield element

    def _management(self) -> Iterator[Element]:
        path = ("dependencyManagement", "dependencies", "dependency")
        yield from self.root.all(*path)
        yield from self.root.all("profiles", "profile", *path)


def build(source: Source, root: Element, context: Context) -> Pom:
    """A file with the parents that the repository holds."""
    pom = first = Pom(source, root)
    seen = {source.path}
    for _ in range(_MAX_PARENTS):
        parent = pom.root.child("parent")
        if parent is None:
            break
        found = _parent(pom, parent, context)
        if found is None or found.source.path in seen:
            break
        seen.add(found.source.path)
        pom.parent = pom = found
    return first


def load(path: str, context: Context) -> Pom | None:
    """A pom.xml of the repository with its parents, or None."""
    source = context.find(path)
    if source is None:
        return None
    root, _ = parse(source)
    return build(source, root, context) if root is not None else None


def _parent(pom: Pom, parent: Element, context: Context) -> Pom | None:
    relative = parent.child("relativePath")
    place = relative.text if relative is not None else "../pom.xml"
    if not place:
        return None
    folder = posixpath.dirname(pom.source.path)
    path = posixpath.normpath(posixpath.join(folder, place))
    if not path.endswith(".xml"):
        path = posixpath.join(path, "pom.xml")
    if path.startswith(".."):
        return None
    source = context.find(path)
    if source is None:
        return None
    root, _ = parse(source)
    if root is None or root.value("artifactId") != parent.value("artifactId"):
        return None
    return Pom(source, root)
