#!/usr/bin/env python3
"""Services of the recording's two sides, small enough to read and real enough for Suricata to decode.

services.py inside   the clinic: portal, file server, imaging, controller, printer, remote desktops
services.py outside  the internet: name server, a gate that malware calls, a pool, a chat, a download site
"""

import asyncio
import sys

from wire import Names, modbus, pages, scripted, serve

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


http = pages(b"portal", respond)
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


asyncio.run(serve(INSIDE if sys.argv[1] == "inside" else OUTSIDE, names="198.51.100.53" if sys.argv[1] == "outside" else None))
