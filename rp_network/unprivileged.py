"""Which user the embedded servers run as: Postgres refuses to be root, and who owns the data folder decides."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

NOBODY = 65534


class ServersUnavailable(RuntimeError):
    """The embedded servers cannot run here; the message says why and what to do."""


def popen_arguments(var: Path, data: Path) -> dict[str, Any]:
    """What subprocess needs so that a server may write in `data`; nothing for an ordinary user with an account.

    As root: the owner of the folder, else a user namespace of its own, else nobody, who is then given the folder.
    """
    if os.geteuid() != 0:
        if not os.access(var, os.W_OK):
            raise ServersUnavailable(
                f"{var} belongs to another user (root made it?). Give it to yourself with "
                f"'sudo chown -R $(id -u) {var}', or choose another folder with RP_VAR."
            )
        return {} if has_account() else {"preexec_fn": enter_user_namespace}
    folder = data if data.exists() and any(data.iterdir()) else var
    owner = folder.stat()
    if owner.st_uid != 0:
        return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    if namespace_works():
        return {"preexec_fn": enter_user_namespace}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def has_account() -> bool:
    """Whether this user has a name, as initdb demands; in a container often not."""
    try:
        return bool(pwd.getpwuid(os.geteuid()))
    except KeyError:
        return False


def enter_user_namespace() -> None:
    """Make this process the user nobody inside a namespace of its own; outside, its files stay those of who started it."""
    user, group = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def namespace_works() -> bool:
    """Whether the kernel lets us make user namespaces; many containers do not."""
    if not hasattr(os, "unshare"):
        return False
    try:
        return subprocess.run(["/bin/true"], preexec_fn=enter_user_namespace, check=False).returncode == 0
    except (subprocess.SubprocessError, OSError):
        return False


def give(path: Path, arguments: dict[str, Any]) -> None:
    """Let the user of `arguments` own what root made at `path`, with everything in it."""
    if "user" not in arguments or path.lstat().st_uid == arguments["user"]:
        return
    os.chown(path, arguments["user"], arguments["group"], follow_symlinks=False)
    if path.is_dir() and not path.is_symlink():
        for child in path.iterdir():
            give(child, arguments)


def check_reachable(program: Path, folder: Path, arguments: dict[str, Any]) -> None:
    """Refuse early where the other user may not run `program` or enter `folder`: parent folders are never changed."""
    if "user" not in arguments:
        return
    try:
        subprocess.run([program, "--version"], cwd=folder, check=True, capture_output=True, **arguments)
    except (OSError, subprocess.SubprocessError) as error:
        raise ServersUnavailable(
            f"Postgres cannot run as root, and user {arguments['user']} may not enter {folder} or run {program}. "
            "Run as an ordinary user, move the checkout out of root's home, or set DATABASE_URL and REDIS_URL."
        ) from error
