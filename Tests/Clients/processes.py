"""What /proc says about processes."""

import os
import re
from pathlib import Path


def all_pids():
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def stat(pid):
    """The fields of /proc/PID/stat behind the name, from the state on; None when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_alive(pid):
    """Whether the process runs; one that only waits to be reaped does not."""
    fields = stat(pid)
    return fields is not None and fields[0] not in "ZX"


def members(session):
    """The living processes of a session, whoever their parents are by now."""
    return sorted(
        pid for pid in all_pids() if (fields := stat(pid)) and fields[3] == str(session) and fields[0] != "Z"
    )


def children(parent):
    """The living children of a process."""
    return sorted(
        pid for pid in all_pids() if (fields := stat(pid)) and fields[1] == str(parent) and fields[0] != "Z"
    )


def title(pid):
    """The first argument of the command line; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0", 1)[0].decode(errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def descriptors(pid):
    """What the open descriptors point to, by number."""
    found = {}
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            found[int(number)] = os.readlink(f"/proc/{pid}/fd/{number}")
        except FileNotFoundError:
            continue
    return found


def lasting_descriptors(pid):
    """The same without journal files, which come and go as they are filled."""
    return {number: name for number, name in descriptors(pid).items() if ".journal" not in name}


def journal_files(pid):
    """Names, one for each descriptor of a journal file; that of a removed one ends in " (deleted)"."""
    return sorted(name.rsplit("/", 1)[-1] for name in descriptors(pid).values() if ".journal" in name)


def has_helper(pid):
    """Whether one of our processes has its helper: a third event then, with the loop's and the bell."""
    return list(descriptors(pid).values()).count("anon_inode:[eventfd]") == 3


def pss_bytes(pid):
    return int(re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) * 1024
