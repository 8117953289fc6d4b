"""A program of its own: runs a command and says what it took. ``processes`` starts it, nobody imports it.

A process is said to have needed at least the memory of the one that started it, so that a small one has to.
"""

import json
import os
import sys
import time


def main() -> None:
    asked = json.loads(sys.argv[1])
    os.chdir(asked["cwd"])
    new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, asked["output"], new, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, asked["errors"], new, 0o600),
    ]
    words = asked["words"]
    start = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, wall, peak
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
