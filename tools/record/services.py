#!/usr/bin/env python3
"""Services of the recording's two sides, small enough to read and real enough for Suricata to decode.

services.py inside   the clinic: portal, file server, imaging, controller, printer, remote desktops
services.py outside  the internet: name server, a gate that malware calls, a pool, a chat, a download site
"""

import asyncio
import socket
import struct
import sys

PORTAL = b"<html><title>Clinic portal</title><form action=/login method=post></form></html>"
PASSWD = b"root:x:0:0:root:/root:/bin/bash\nportal:x:998:998::/srv/portal:/usr/sbin/nologin\n"
# The antivirus industry's harmless test string, in two parts so that this file is not taken for it.
TEST_FILE = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PROGRAM = b"MZ\x90\x00" + bytes(60) + b"This program cannot be run in DOS mode.\r\n" + bytes(400)


def respond(request):
    """The HTTP status, content type and body for one raw request."""
    path = request.split(b" ", 2)[1] if request.count(b" ") >= 2 else b"/"
    if b"etc/passwd" in path and b"file=" in path:
        return b"200 OK", b"text/plain", PASSWD
    if b"union" in path.lower():
        return b"500 Internal Server Error", b"text/html", b"<h1>database error near SELECT</h1>"
    if path.startswith((b"/.git", b"/.env", b"/phpmyadmin", b"/backup")):
        return b"404 Not Found", b"text/html", b"<h1>not here</h1>"
    if path.startswith(b"/login"):
        return b"401 Unauthorized", b"text/html", b"<h1>wrong password</h1>"
    if b"cmd=" in path:
        return b"200 OK", b"text/plain", b"www-data\n"
    if path.startswith(b"/test/antivirus"):
        return b"200 OK", b"application/octet-stream", TEST_FILE
    if path.endswith(b".exe"):
        return b"200 OK", b"application/x-msdownload", PROGRAM
    if path.startswith(b"/gate.php"):
        return b"200 OK", b"text/plain", b"sleep 60"
    return b"200 OK", b"text/html", PORTAL


async def http(reader, writer):
    try:
        while True:
            request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            for line in request.split(b"\r\n"):
                if line.lower().startswith(b"content-length:"):
                    await reader.readexactly(int(line.split(b":")[1]))
            status, kind, body = respond(request)
            writer.write(b"HTTP/1.1 %s\r\nServer: portal\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                         % (status, kind, len(body), body))
            await writer.drain()
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError, asyncio.LimitOverrunError, ValueError):
        pass
    writer.close()


def scripted(greeting, answers):
    """A service that greets, then answers each thing it is told by the first prefix that fits ('' fits all)."""

    async def serve(reader, writer):
        try:
            if greeting:
                writer.write(greeting)
            while said := await asyncio.wait_for(reader.read(4096), 5):
                for prefix, answer in answers:
                    if said.upper().startswith(prefix):
                        writer.write(answer)
                        break
                await writer.drain()
        except (asyncio.TimeoutError, ConnectionError):
            pass
        writer.close()

    return serve


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


FTP = scripted(b"220 file server\r\n", [(b"USER", b"331 password please\r\n"), (b"PASS WELCOME1", b"230 signed in\r\n"),
                                        (b"PASS", b"530 wrong password\r\n"), (b"QUIT", b"221 bye\r\n"), (b"", b"200 ok\r\n")])
TELNET = scripted(b"\r\nhvac-gw login: ", [(b"ADMIN", b"Password: "), (b"HVAC", b"\r\nroot@hvac-gw:~# "), (b"", b"root@hvac-gw:~# ")])
SMB = scripted(b"", [(b"", b"\x00\x00\x00\x23\xffSMB\x72\x00\x00\x00\x00\x88\x01\xc8" + bytes(20) + b"\x00\x00\x00")])
RDP = scripted(b"", [(b"", b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x02\x00\x00\x00")])
SMTP = scripted(b"220 mail.clinic.example ESMTP\r\n", [(b"VRFY", b"252 perhaps\r\n"), (b"QUIT", b"221 bye\r\n"), (b"", b"250 ok\r\n")])
REDIS = scripted(b"", [(b"", b"+OK\r\n")])
VNC = scripted(b"RFB 003.008\n", [(b"RFB", b"\x01\x02")])
LDAP = scripted(b"", [(b"", b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00")])
DICOM = scripted(b"", [(b"", b"\x03\x00\x00\x00\x00\x04\x00\x01\x01\x07")])
MQTT = scripted(b"", [(b"", b"\x20\x02\x00\x00")])
QUIET = scripted(b"", [])
POOL = scripted(b"", [(b"", b'{"id":1,"result":[["mining.notify","ae68"],"08000002",4],"error":null}\n')])
CHAT = scripted(b":irc.example 020 * :hello\r\n", [(b"NICK", b":irc.example 001 w7 :welcome\r\n")])
SHELL = scripted(b"id\n", [(b"UID", b"exit\n")])

INSIDE = {"10.20.30.10": {80: http, 8080: http, 25: SMTP}, "2001:db8:20:30::10": {80: http},
          "10.20.30.11": {21: FTP, 445: SMB, 389: LDAP, 6379: REDIS}, "10.20.30.12": {104: DICOM, 80: http, 5900: VNC},
          "10.20.30.14": {502: modbus, 23: TELNET, 1883: MQTT}, "10.20.30.15": {3389: RDP, 445: SMB},
          "10.20.30.16": {9100: QUIET, 80: http}, "10.20.30.21": {3389: RDP}}
OUTSIDE = {"203.0.113.99": {80: http, 3333: POOL, 6667: CHAT, 4444: SHELL, 9001: QUIET}, "198.51.100.77": {80: http, 9001: QUIET}}


async def main(side):
    for address, ports in (INSIDE if side == "inside" else OUTSIDE).items():
        for port, serve in ports.items():
            await asyncio.start_server(serve, address, port)
    if side == "outside":
        await asyncio.get_running_loop().create_datagram_endpoint(Names, ("198.51.100.53", 53))
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))
