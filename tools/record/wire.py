"""What the recordings' two sides have in common: how one talks, and how one answers."""

import asyncio
import random
import socket
import struct
import time

DICE = random.Random(20260)  # the same names at every run
PAUSE = 0.05  # seconds, so that events have an order


def talk(src, dst, port, *said, greeted=False):
    """Says each thing over one TCP connection and waits for an answer, if there is one, after each."""
    family = socket.AF_INET6 if ":" in dst else socket.AF_INET
    with socket.socket(family) as s:
        s.settimeout(0.4)
        s.bind((src, 0))
        s.connect((dst, port))
        if greeted:
            s.recv(4096)
        for words in said:
            s.sendall(words)
            try:
                s.recv(65536)
            except TimeoutError:
                pass
    time.sleep(PAUSE)


def knock(src, dst, ports):
    """Tries each port and hangs up: a scan by a program that needs no rights."""
    for port in ports:
        with socket.socket() as s:
            s.settimeout(0.2)
            s.bind((src, 0))
            s.connect_ex((dst, port))


def browse(src, dst, path, host, method="GET", agent="Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
           header="", body="", port=80):
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n{header}"
    if body:
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    talk(src, dst, port, f"{head}\r\n{body}".encode())


def datagram(src, dst, port, words):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((src, 0))
        s.sendto(words, (dst, port))
    time.sleep(PAUSE)


def lookup(src, name, kind=1):
    labels = b"".join(bytes([len(l)]) + l.encode() for l in name.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.4)
        s.bind((src, 0))
        s.sendto(struct.pack(">HHHHHH", DICE.randrange(65536), 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, kind, 1),
                 ("198.51.100.53", 53))
        try:
            s.recv(512)
        except TimeoutError:
            pass
    time.sleep(PAUSE)


def pages(name, respond):
    """A web server: respond makes status, content type and body of one raw request."""

    async def answer(reader, writer):
        try:
            while True:
                request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
                for line in request.split(b"\r\n"):
                    if line.lower().startswith(b"content-length:"):
                        request += await reader.readexactly(int(line.split(b":")[1]))
                status, kind, body = respond(request)
                writer.write(b"HTTP/1.1 %s\r\nServer: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                             % (status, name, kind, len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError, asyncio.LimitOverrunError, ValueError):
            pass
        writer.close()

    return answer


def scripted(greeting, answers):
    """A service that greets, then answers each thing it is told by the first prefix that fits ('' fits all)."""

    async def answer(reader, writer):
        try:
            if greeting:
                writer.write(greeting)
            while said := await asyncio.wait_for(reader.read(4096), 5):
                for prefix, words in answers:
                    if said.upper().startswith(prefix):
                        writer.write(words)
                        break
                await writer.drain()
        except (asyncio.TimeoutError, ConnectionError):
            pass
        writer.close()

    return answer


async def modbus(reader, writer):
    try:
        while head := await asyncio.wait_for(reader.readexactly(8), 5):
            number, _, length, unit, function = struct.unpack(">HHHBB", head)
            body = await reader.readexactly(length - 2)
            answer = bytes([4]) + struct.pack(">HH", 215, 480) if function == 3 else body
            writer.write(struct.pack(">HHHBB", number, 0, len(answer) + 2, unit, function) + answer)
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError):
        pass
    writer.close()


class Names(asyncio.DatagramProtocol):
    """Answers every A question with one address; names that look random do not exist."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        end = data.index(b"\x00", 12) + 5
        label = data[13:13 + data[12]]
        missing = len(label) >= 14 and not set(label) & set(b"aeiou")
        flags = 0x8183 if missing else 0x8180
        answer = b"" if missing else b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton("203.0.113.99")
        self.transport.sendto(data[:2] + struct.pack(">HHHHH", flags, 1, 0 if missing else 1, 0, 0)
                              + data[12:end] + answer, addr)


async def serve(services, names=None):
    """Runs the services of one side ({address: {port: service}}) and a name server, says ready, and never ends."""
    for address, ports in services.items():
        for port, service in ports.items():
            await asyncio.start_server(service, address, port)
    if names:
        await asyncio.get_running_loop().create_datagram_endpoint(Names, (names, 53))
    print("ready", flush=True)
    await asyncio.Event().wait()
