"""Proxy servers as Debian packages them: Squid, tinyproxy, Dante and microsocks.

Each runs with the settings that it comes with. Only what has to differ is changed: ports, folders,
and the users of a log-in. A test is skipped where a program is not installed.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from stack.ports import free_ports

USER, PASSWORD = "exit-user", "exit-password"

_PATHS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
"""Where Debian has programs that ordinary users do not start."""

_START_SECONDS = 60.0


@dataclass(frozen=True)
class RealProxy:
    """A running proxy."""

    scheme: str
    port: int
    has_login: bool

    @property
    def url(self) -> str:
        """URL of the proxy, with user name and password if it needs them."""
        credential = f"{USER}:{PASSWORD}@" if self.has_login else ""
        return f"{self.scheme}://{credential}127.0.0.1:{self.port}"


def _program(name: str) -> str:
    found = shutil.which(name, path=_PATHS)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _settings(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        pytest.skip(f"{path} is not there")


def _squid(folder: Path, port: int, *, has_login: bool) -> list[str]:
    program = _program("squid")
    text = _settings("/etc/squid/squid.conf")
    text = re.sub(r"(?m)^http_port .*", f"http_port 127.0.0.1:{port}", text)
    text = re.sub(r"(?m)^coredump_dir .*", f"coredump_dir {folder}", text)
    if has_login:
        users = folder / "users"
        hashed = subprocess.run(
            [_program("openssl"), "passwd", "-apr1", PASSWORD],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        users.write_text(f"{USER}:{hashed}")
        log_in = (
            f"auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}\n"
            "acl authenticated proxy_auth REQUIRED\nhttp_access deny !authenticated\n"
        )
        text = text.replace(
            "http_access allow localhost\n", f"{log_in}http_access allow localhost\n"
        )
    text += (
        f"\npid_filename {folder}/pid\naccess_log stdio:{folder}/access.log\n"
        f"cache_log {folder}/cache.log\nshutdown_lifetime 1 seconds\n"
    )
    settings = folder / "squid.conf"
    settings.write_text(text)
    # A name of its own, since instances share memory by their name.
    return [program, "-N", "-n", f"test{port}", "-f", str(settings)]


def _tinyproxy(folder: Path, port: int, *, has_login: bool, tls_only: bool = False) -> list[str]:
    program = _program("tinyproxy")
    text = _settings("/etc/tinyproxy/tinyproxy.conf")
    for name, value in (
        ("Port", str(port)),
        ("LogFile", f'"{folder}/log"'),
        ("PidFile", f'"{folder}/pid"'),
    ):
        text = re.sub(rf"(?m)^{name} .*", f"{name} {value}", text)
    text += "\nListen 127.0.0.1\n"
    if has_login:
        text += f"BasicAuth {USER} {PASSWORD}\n"
    if tls_only:
        # Settings that the file has as a comment, and that many guides recommend.
        text += "ConnectPort 443\nConnectPort 563\n"
    settings = folder / "tinyproxy.conf"
    settings.write_text(text)
    return [program, "-d", "-c", str(settings)]


def _danted(folder: Path, port: int, *, has_login: bool) -> list[str]:
    program = _program("danted")
    text = _settings("/etc/danted.conf")
    if os.getuid() != 0:
        text = re.sub(r"(?m)^user\..*", "", text)  # only root can become another user
    # The file has no addresses and no rules. With a log-in, only users of the machine are let in.
    method = "username" if has_login else "none"
    text += (
        f"\ninternal: 127.0.0.1 port = {port}\nexternal: lo\nsocksmethod: {method}\n"
        "clientmethod: none\n"
        "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
        "socks block { from: 0.0.0.0/0 to: 127.0.0.9/32 }\n"
        "socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
    )
    settings = folder / "danted.conf"
    settings.write_text(text)
    return [program, "-f", str(settings), "-p", str(folder / "pid")]


def _microsocks(folder: Path, port: int, *, has_login: bool) -> list[str]:
    del folder  # it needs no files
    log_in = ["-u", USER, "-P", PASSWORD] if has_login else []
    return [_program("microsocks"), "-i", "127.0.0.1", "-p", str(port), *log_in]


_COMMANDS: dict[str, tuple[str, Callable[..., list[str]]]] = {
    "squid": ("http", _squid),
    "tinyproxy": ("http", _tinyproxy),
    "danted": ("socks5", _danted),
    "microsocks": ("socks5", _microsocks),
}


@asynccontextmanager
async def real_proxy(
    name: str, *, has_login: bool = False, **options: bool
) -> AsyncIterator[RealProxy]:
    """Run the proxy `name` until the block ends; skip the test if it is not installed."""
    scheme, command = _COMMANDS[name]
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # noqa: S103 -- the proxies run as users of their own
        arguments = command(Path(folder), port, has_login=has_login, **options)
        with tempfile.TemporaryFile() as output:
            process = await asyncio.create_subprocess_exec(*arguments, stdout=output, stderr=output)
            try:
                await _wait_until_it_listens(process, port, output)
                yield RealProxy(scheme, port, has_login)
            finally:
                if process.returncode is None:
                    process.terminate()
                await process.wait()


async def _wait_until_it_listens(
    process: asyncio.subprocess.Process, port: int, output: IO[bytes]
) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if process.returncode is not None or time.monotonic() > deadline:
                output.seek(0)
                raise AssertionError(output.read().decode(errors="replace")) from None
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
