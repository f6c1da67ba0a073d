"""The libraries as CMake builds them, against the folders and the arrows between them.

Used by check_layers.py.
"""

import re

LIBRARY = re.compile(r"^cckm_library\((\w+)\s+SOURCES(.*?)\sLINK(.*?)\)", re.MULTILINE | re.DOTALL)


def name_of(folder):
    """The name that CMake knows the library of a folder by: exporter/config/yaml is config_yaml."""
    return folder.split("/", 1)[1].replace("/", "_")


def read(root):
    """Returns {name: (its sources, the libraries of this project that it links)}, of both sides."""
    found = {}
    for side in ("collectors", "exporter"):
        text = re.sub(r"#.*$", "", (root / side / "CMakeLists.txt").read_text(), flags=re.MULTILINE)
        for name, sources, links in LIBRARY.findall(text):
            own = {f"{side}/{source}" for source in sources.split() if not source.startswith("$")}
            found[name] = own, {link.removeprefix("cckm::") for link in links.split() if link.startswith("cckm::")}
    return found


def reached(name, linked, seen=None):
    """All that a library links, directly and through others."""
    seen = set() if seen is None else seen
    for link in linked.get(name, ((), ()))[1]:
        if link not in seen:
            seen.add(link)
            reached(link, linked, seen)
    return seen


def source_faults(folder, sources, files):
    own = {file for file in files if file.endswith(".cc") and file.rpartition("/")[0] == folder}
    for file in sorted(own - sources):
        yield f"{file}: is in no library of CMake"
    for file in sorted(sources - own):
        yield f"CMakeLists.txt: {name_of(folder)} has {file}, which is not in {folder}"


def faults(root, arrows, files):
    """Yields where CMake, the folders and the arrows differ; files are the sources of the tree."""
    linked = read(root)
    folders = {name_of(folder): folder for folder in arrows}
    for name in sorted(set(linked) - set(folders)):
        yield f"CMakeLists.txt: {name} has no line in arrows.txt"
    for name, folder in folders.items():
        if not any(file.rpartition("/")[0] == folder for file in files):
            yield f"arrows.txt: {folder} has no files"
        if name not in linked:
            yield f"CMakeLists.txt: has no library for {folder}"
            continue
        sources, links = linked[name]
        yield from source_faults(folder, sources, files)
        allowed = {name_of(other) for other in arrows[folder]}
        for link in sorted(links - allowed):
            yield f"CMakeLists.txt: {name} links {link}, which is no arrow"
        for link in sorted(allowed - reached(name, linked)):
            yield f"CMakeLists.txt: {name} does not link {link}, which is an arrow"
