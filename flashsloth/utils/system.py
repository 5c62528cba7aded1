"""All code that differs between Linux, macOS and Windows, or between file systems. mypy checks it for
each of the three systems.

This module imports no other module of this package.
"""

from __future__ import annotations

import _thread
import errno
import math
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:  # their imports take a while
    import subprocess

    from filelock import FileLock

WINDOWS = sys.platform == "win32"
# The return code of a process that SIGKILL ended. On Windows the code of a killed process is 1, as
# after an error.
KILLED = -9
NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
# Seconds for which `replace` tries again while another program, such as a virus scanner, has a file
# open.
LOCKED_SECONDS = 2.0

_reading = threading.Lock()


def is_own(status: os.stat_result) -> bool:
    """Return whether a file belongs to this user. On Windows, where a status has no owner, return
    True."""
    return sys.platform == "win32" or status.st_uid == os.geteuid()


def is_own_alone(status: os.stat_result) -> bool:
    """Return whether a file or folder belongs to this user, cannot be written by anybody else, and is
    not a link. On Windows, where a status does not tell this, return True."""
    return WINDOWS or (
        is_own(status) and not stat.S_ISLNK(status.st_mode) and not status.st_mode & 0o022
    )


def open_regular(path: str | os.PathLike[str], flags: int) -> int:
    """Open a regular file for `open(opener=...)`. Anything else is refused, without waiting for the
    writer of a pipe. A new file obeys the umask. Raises: OSError."""
    file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a regular file", os.fspath(path))
    return file


def open_no_link(path: str | os.PathLike[str], flags: int) -> int:
    """Open a regular file as `open_regular` does, and refuse symbolic links, which are followed on
    Windows. Raises: OSError."""
    return open_regular(path, flags | getattr(os, "O_NOFOLLOW", 0))


def read_at(handle: int, start: int, size: int) -> bytes:
    """Return bytes from any position of a file. Several threads and forked processes may call this
    function with the same descriptor."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, start)
    with _reading:  # Windows
        os.lseek(handle, start, os.SEEK_SET)
        return os.read(handle, size)


def home_from_passwd() -> str | None:
    """Return this user's home folder from the system's user database, independent of $HOME. Return None
    if the user is not in the database."""
    if sys.platform == "win32":
        return os.path.expanduser("~")
    else:
        import pwd

        with suppress(KeyError):
            return pwd.getpwuid(os.getuid()).pw_dir
        return None


def temporary_home() -> str:
    """Return a folder for a user without a home folder. It is in the folder for temporary files, and
    only this user can open it."""
    import tempfile

    path = os.path.join(tempfile.gettempdir(), f"flashsloth-{getattr(os, 'getuid', int)()}")
    with suppress(OSError):
        os.mkdir(path, 0o700)
    with suppress(OSError):
        status = os.lstat(path)
        if not (stat.S_ISDIR(status.st_mode) and is_own(status) and not status.st_mode & 0o077):
            return tempfile.mkdtemp(prefix="flashsloth-")
    return path


def replace(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Move a file over another one, as `os.replace` does. Windows refuses this while a process has one
    of the two files open. On Windows it is tried again for LOCKED_SECONDS. Raises: OSError."""
    end = time.monotonic() + LOCKED_SECONDS
    while True:
        try:
            return os.replace(source, target)
        except PermissionError:
            if not WINDOWS or time.monotonic() > end:
                raise
            time.sleep(0.02)


def detached() -> dict[str, Any]:
    """Return arguments of Popen for a process that continues when the terminal is closed."""
    # the flags are DETACHED_PROCESS and CREATE_NEW_PROCESS_GROUP
    return {"creationflags": 0x00000008 | 0x00000200} if WINDOWS else {"start_new_session": True}


def own_group() -> dict[str, Any]:
    """Return arguments of Popen for a process that `kill_group` and `end_group` can end together with
    the processes that it starts."""
    # This is not a session of its own, because Linux may schedule each session by itself. A low
    # priority (nice) would then have no effect.
    return {} if WINDOWS else {"process_group": 0}


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that was started with `own_group`, and the processes that it has started. Do
    nothing if it has been waited for: its number may then be that of another process."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        import psutil

        with suppress(psutil.Error):
            for each in psutil.Process(process.pid).children(recursive=True):
                each.kill()
        process.kill()
    else:
        # The system does this in one step, so the process cannot start another one meanwhile.
        with suppress(OSError):  # all of them have ended
            os.killpg(process.pid, signal.SIGKILL)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process as `kill_group` does, and return when all of its processes have ended. On Windows,
    only wait for the process itself."""
    if process.returncode is not None:
        return
    kill_group(process)
    process.wait()
    if sys.platform != "win32":
        # The processes that it had started belong to process 1 now. In a container that may be this
        # process, which then has to wait for them, or they would stay as zombies.
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-process.pid, 0)
        # Wait until the group is empty. At most 5 seconds: if process 1 never waits for its children,
        # they stay in the group as zombies.
        with suppress(OSError):
            for _ in range(2500):
                os.killpg(process.pid, 0)
                time.sleep(0.002)


def limit_process(cpu_seconds: int | None, memory_bytes: int) -> None:
    """Limit the processor time of this process from now on and, where the system can, its memory and
    its core dumps. A lower hard limit that is already set is kept. Windows cannot limit a process."""
    if sys.platform != "win32":
        import resource

        if cpu_seconds is not None:
            # The system counts the time from the start of the process, so the time that was already
            # used is added. On a slow machine the imports take seconds.
            seconds = math.ceil(time.process_time()) + cpu_seconds
            with suppress(ValueError):
                resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@cache
def can_make_executable() -> bool:
    """Return whether this process can make memory executable, which every compiler of kernels needs.
    systemd (MemoryDenyWriteExecute) and SELinux can refuse it on Linux. On other systems return
    True."""
    if sys.platform == "linux":
        import mmap

        every = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        try:
            mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, every).close()
        except PermissionError:
            return False
    return True


def has_cpuinfo() -> bool:
    """Return whether this process can read which processor it has. On other systems than Linux this
    needs no file, so the result is True."""
    return sys.platform != "linux" or os.access("/proc/cpuinfo", os.R_OK)


def can_start_threads(count: int) -> bool:
    """Return whether `count` more threads can be started now. A user, a service or a container may have
    a limit (`ulimit -u`, TasksMax, `--pids-limit`). It also counts the threads and processes of others,
    so this function starts threads and ends them again. On other systems than Linux return True.

    They are threads of the C library. Of these it is certain that they are gone when they are joined:
    Python forgets a thread a little before the system does, which may then refuse the next one.
    """
    is_linux = sys.platform == "linux"  # compared in the `if`, mypy would call the rest unreachable
    if not is_linux:
        return True
    import ctypes

    library = ctypes.CDLL(None)
    gate = ctypes.create_string_buffer(64)  # a sem_t, for which each thread waits
    started = []
    library.sem_init(gate, 0, 0)
    try:
        for thread in [ctypes.c_ulong() for _ in range(count)]:
            if library.pthread_create(ctypes.byref(thread), None, library.sem_wait, gate) != 0:
                return False
            started.append(thread)
    finally:
        for _ in started:
            library.sem_post(gate)
        for thread in started:
            library.pthread_join(thread, None)
    return True


def open_files_limit() -> int | None:
    """Return how many files this process may have open, or None if there is no limit. On Windows the
    result is always None."""
    if sys.platform != "win32":
        import resource

        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        return None if files == resource.RLIM_INFINITY else files
    else:
        return None


def physical_memory() -> int:
    """Return the bytes of memory of this machine, on systems where no file has to be read for it."""
    if sys.platform != "win32":
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    else:
        return 0


def peak_resident() -> int:
    """Return the peak resident memory of this process in bytes. On Linux `getrusage` is not used,
    because its peak is kept across exec and includes the memory of the program that started this
    one."""
    if sys.platform != "win32":
        import resource

        with suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
            1 if sys.platform == "darwin" else 1024
        )
    else:
        import psutil

        return int(psutil.Process().memory_info().peak_wset)


def release_heap() -> None:
    """Return freed memory to the system on Linux, where glibc would keep it for the thread that used
    it."""
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError, OSError):  # the C library is not glibc
            ctypes.CDLL(None).malloc_trim(0)


def signal_main(number: int) -> None:
    """Send a signal to the main thread. Except on Windows, this interrupts a blocking call of that
    thread."""
    if sys.platform != "win32":
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def echo_switches(
    number: int, *, by_key: bool = False
) -> tuple[Callable[[], None], Callable[[], None]] | None:
    """Return two functions: one turns the echo of a terminal off, the other turns it on again. If
    `by_key` is true, the first function also makes input available key by key instead of line by line,
    and only Ctrl-C and Ctrl-Z keep their effect. In the background of a shell the functions do nothing,
    because changing the terminal would stop this process. Return None on Windows, and for a file that
    is not a terminal."""
    if sys.platform != "win32":
        import termios

        with suppress(OSError, termios.error):
            on = termios.tcgetattr(number)
            off: list[Any] = [*on[:3], on[3] & ~termios.ECHO, *on[4:]]
            if by_key:
                off[0] &= ~(termios.ICRNL | termios.IXON)
                off[3] &= ~(termios.ICANON | termios.IEXTEN)
                off[6] = [*on[6]]
                off[6][termios.VMIN] = 1
                off[6][termios.VTIME] = 0
                off[6][termios.VQUIT] = b"\0"

            def switch(mode: list[Any]) -> None:
                with suppress(OSError):  # the terminal may belong to other processes
                    if os.tcgetpgrp(number) != os.getpgrp():
                        return
                with suppress(termios.error):  # the terminal may have been closed
                    termios.tcsetattr(number, termios.TCSANOW, mode)

            return partial(switch, off), partial(switch, on)
    return None


def in_background(number: int) -> bool:
    """Return whether a terminal belongs to other processes, as after Ctrl-Z, or has been closed."""
    if sys.platform == "win32":
        return False
    else:
        try:
            return os.tcgetpgrp(number) != os.getpgrp()
        except OSError:
            return True


def has_no_locks(folder: str | os.PathLike[str]) -> bool:
    """Return whether a folder has no locks for SQLite, which says that its file is locked then. To find
    out, a record of a new temporary file is locked, as SQLite does with its file. On Windows every
    folder has locks."""
    if sys.platform != "win32":
        import fcntl
        import tempfile

        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno in NO_LOCKS
    return False


def acquire_lock(lock: FileLock, target: str | os.PathLike[str], timeout: float = 0) -> str:
    """Acquire the lock that keeps other processes from writing to `target`. Wait for `timeout` seconds,
    or for ever if it is negative.

    Some file systems have no locks, such as some network drives. The work is done there too, with a
    warning.

    Returns: "", or a warning if the file system has no locks. There is no lock file then.

    Raises: Timeout if another process holds the lock; OSError.
    """
    try:
        lock.acquire(timeout=timeout)
        return ""
    except NotImplementedError:  # ENOSYS in older versions of filelock
        pass
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
    with suppress(OSError):
        os.unlink(lock.lock_file)
    return f"the file system of {target} has no locks: let no second process write there"


def waiting_bytes(number: int) -> int:
    """Return how many bytes can be read from a pipe, a socket or a file without waiting. For a pipe on
    Windows the result is always 0."""
    status = os.fstat(number)
    if stat.S_ISREG(status.st_mode):
        return max(status.st_size - os.lseek(number, 0, os.SEEK_CUR), 0)
    if sys.platform == "win32":
        return 0
    else:
        import fcntl
        import termios

        return int.from_bytes(fcntl.ioctl(number, termios.FIONREAD, bytes(4)), sys.byteorder)


def is_blocking(number: int) -> bool:
    """Return whether writing to a file waits for its reader. On Windows the result is always True."""
    return sys.platform == "win32" or os.get_blocking(number)


def supports_ansi(stream: TextIO) -> bool:
    """Return whether a terminal interprets ANSI escape sequences. For a console of Windows this
    function switches the interpretation on, and returns whether this succeeded."""
    if sys.platform != "win32":
        return True
    else:
        import ctypes
        import msvcrt

        kernel = ctypes.windll.kernel32
        mode = ctypes.c_ulong()
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
        kernel.GetConsoleMode(handle, ctypes.byref(mode))
        # the flag is ENABLE_VIRTUAL_TERMINAL_PROCESSING
        return bool(kernel.SetConsoleMode(handle, mode.value | 0x0004))
