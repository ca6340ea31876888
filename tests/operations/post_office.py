"""A mail server that takes mail, or refuses it in one way or another."""

import socketserver
import threading


class PostOffice(socketserver.ThreadingTCPServer):
    """`refuses`: the answers it gives instead of yes, by the command they answer, such as {"RCPT": "550 No."}."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, refuses: dict[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.refuses, self.taken = refuses or {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Counter(socketserver.StreamRequestHandler):
    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper().partition(":")[0]
            if command in self.server.refuses:
                self.say(self.server.refuses[command])
            elif command == "EHLO":
                self.say("250-here\r\n250 AUTH PLAIN")
            elif command == "DATA":
                self.say("354 go on")
                self.server.taken.append(self.letter())
                self.say("250 taken")
            elif command == "QUIT":
                return self.say("221 bye")
            else:
                self.say("235 welcome" if command == "AUTH" else "250 yes")

    def letter(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)
