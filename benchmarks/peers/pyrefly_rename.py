"""A program of its own: pyrefly's language server renames, and is asked as an editor would ask it.

``python pyrefly_rename.py ROOT NEW PATH LINE COLUMN [NEW PATH LINE COLUMN ...]`` starts the server on a
project, opens each file, asks for the rename of what stands there, and says how many places it would edit.
Nothing is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

# The only way to be answered with the whole project read: the default tells what it knows so far.
BLOCKING = ("lsp", "--indexing-mode", "lazy-blocking")


class Server:
    """A language server on its standard streams."""

    def __init__(self, root: Path) -> None:
        command = [str(Path(sys.executable).with_name("pyrefly")), *BLOCKING]
        self.process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.number = 0

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request; what the server asks or tells meanwhile is answered with nothing."""
        self.number += 1
        number = self.number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    sys.exit(f"{method}: {message['error']}")
                return message["result"]
            if "id" in message and "method" in message:
                items = message["params"].get("items", []) if isinstance(message.get("params"), dict) else []
                answer: Any = [{} for _ in items] if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": answer})

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self._stream(self.process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        stream.flush()

    def _read(self) -> dict[str, Any]:
        stream, length = self._stream(self.process.stdout), 0
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            sys.exit("the server has ended")
        found: dict[str, Any] = json.loads(stream.read(length))
        return found

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream


def main(root: Path, *words: str) -> None:
    server, places = Server(root), 0
    folder = {"uri": root.as_uri(), "name": root.name}
    changes = {"documentChanges": True}
    capabilities = {
        "workspace": {"workspaceFolders": True, "configuration": True, "workspaceEdit": changes},
        "textDocument": {"rename": {"prepareSupport": True}},
    }
    asked = {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder]}
    server.ask("initialize", {**asked, "capabilities": capabilities})
    server.tell("initialized", {})
    opened: set[Path] = set()
    for new, name, line, column in zip(*(iter(words),) * 4, strict=True):
        path = root / name
        document = {"uri": path.as_uri()}
        if path not in opened:
            opened.add(path)
            item = {**document, "languageId": "python", "version": 1, "text": path.read_text("utf-8")}
            server.tell("textDocument/didOpen", {"textDocument": item})
            # It begins to read the project when it has answered something.
            server.ask("textDocument/documentSymbol", {"textDocument": document})
        at = {"textDocument": document, "position": {"line": int(line) - 1, "character": int(column) - 1}}
        places += edits(server.ask("textDocument/rename", {**at, "newName": new}), f"{name}:{line}")
    server.ask("shutdown", None)
    server.tell("exit", None)
    server.process.wait()
    sys.stdout.write(f"{places}\n")


def edits(answer: dict[str, Any] | None, place: str) -> int:
    """The number of places that an answer edits. Ends the program where there are none."""
    found = answer or {}
    lists = [*found.get("changes", {}).values(), *(d["edits"] for d in found.get("documentChanges", ()))]
    if not (number := sum(map(len, lists))):
        sys.exit(f"{place}: nothing would be renamed")
    return number


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:])
