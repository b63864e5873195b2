#!/usr/bin/env python3
"""The example factory: controllers, an operator panel and a historian on the OT segment, and what reaches them.

factory.py home | hosts SIDE | serve SIDE | attack SIDE, with SIDE inside (the OT segment) or outside (the office, a
maintenance firm, the internet, and a device that somebody plugged in).
"""

import asyncio
import struct
import sys

from wire import browse, datagram, knock, lookup, modbus, pages, scripted, serve, talk

PLC, PLC2, RTU, PANEL, HISTORIAN, STATION, GATEWAY = (f"10.60.20.{n}" for n in (10, 11, 12, 20, 30, 40, 5))
OFFICE, PLANNER, SCANNER = "10.60.10.51", "10.60.10.52", "10.60.10.66"
STRANGER = "10.60.20.199"  # on the OT segment, in no list
MAINTAINER, ATTACKER, CLOUD, NAMES = "198.51.100.200", "203.0.113.61", "203.0.113.99", "198.51.100.53"
START = b"<html><title>Line 2 operator panel</title></html>"


def respond(request):
    if request.startswith(b"GET /firmware"):
        return b"200 OK", b"application/octet-stream", b"FWIMG" + bytes(300)
    if b"Basic " not in request and request.startswith(b"GET /setup"):
        return b"401 Unauthorized", b"text/html", b"<h1>sign in</h1>"
    return b"200 OK", b"text/html", START


def any_answer(words):
    return scripted(b"", [(b"", words)])


def crc(data):
    """DNP3's checksum."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA6BC if value & 1 else value >> 1
    return struct.pack("<H", value ^ 0xFFFF)


def dnp3(function, objects=b"", answer=False):
    """One link frame: master 1 asks outstation 4, or is answered."""
    user = bytes([0xC0, 0xC0, function]) + (b"\x00\x00" if answer else b"") + objects
    head = b"\x05\x64" + bytes([5 + len(user), 0x44 if answer else 0xC4]) + struct.pack("<HH", *((1, 4) if answer else (4, 1)))
    blocks = [user[n:n + 16] for n in range(0, len(user), 16)]
    return head + crc(head) + b"".join(block + crc(block) for block in blocks)


def enip(command, data=b"", session=0x11):
    return struct.pack("<HHII8sI", command, len(data), session, 0, b"example!", 0) + data


def cip(service, path=b"\x20\x01\x24\x01", data=b""):
    """A CIP request inside EtherNet/IP's SendRRData."""
    request = bytes([service, len(path) // 2]) + path + data
    return enip(0x6F, struct.pack("<IHHHHHH", 0, 5, 2, 0, 0, 0xB2, len(request)) + request)


def s7(parameter, data=b"", rosctr=1):
    pdu = struct.pack(">BBHHHH", 0x32, rosctr, 0, 7, len(parameter), len(data)) + parameter + data
    return struct.pack(">BBH", 3, 0, len(pdu) + 7) + b"\x02\xf0\x80" + pdu


def mb(number, function, body, unit=1):
    return struct.pack(">HHHBB", number, 0, len(body) + 2, unit, function) + body


COTP = b"\x03\x00\x00\x16\x11\xe0\x00\x00\x00\x01\x00\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02"
S7_SETUP = s7(b"\xf0\x00\x00\x01\x00\x01\x01\xe0")
S7_WRITE = s7(b"\x05\x01\x12\x0a\x10\x02\x00\x01\x00\x01\x84\x00\x00\x50", b"\x00\x04\x00\x08\x2a")
S7_STOP = s7(b"\x29\x00\x00\x00\x00\x00\x09P_PROGRAM")
S7_LIST = s7(b"\x00\x01\x12\x04\x11\x44\x01\x00", b"\xff\x09\x00\x04\x00\x11\x00\x01", rosctr=7)
S7_LOAD = s7(b"\x1a\x00\x01\x00\x00\x00\x00\x00\x09_0800001P")
http = pages(b"panel", respond)
INSIDE = {PLC: {502: modbus, 102: any_answer(b"\x03\x00\x00\x16\x11\xd0\x00\x01\x00\x02\x00\xc0\x01\x0a\xc1\x02\x01\x00\xc2\x02\x01\x02"), 80: http},
          PLC2: {502: modbus, 44818: any_answer(enip(0x6F, bytes(16)))},
          RTU: {20000: any_answer(dnp3(0x81, answer=True)), 2404: any_answer(b"\x68\x04\x0b\x00\x00\x00")},
          PANEL: {5900: scripted(b"RFB 003.008\n", [(b"", b"\x01\x02")]), 80: http,
                  3389: any_answer(b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x02\x00\x00\x00")},
          HISTORIAN: {1433: any_answer(b"\x04\x01\x00\x08\x00\x00\x01\x00")},
          GATEWAY: {443: any_answer(b"\x15\x03\x03\x00\x02\x02\x28")}, STATION: {}}
OUTSIDE = {CLOUD: {80: http}}
HOSTS = {"inside": [*INSIDE], "outside": [OFFICE, PLANNER, SCANNER, STRANGER, MAINTAINER, ATTACKER, *OUTSIDE, NAMES]}


def to_modbus():
    for n in range(4):
        talk(OFFICE, PLC, 502, mb(n, 3, struct.pack(">HH", 100 + n, 2)))
    for src, dst in ((OFFICE, PLC), (STRANGER, PLC), (STRANGER, PLC2)):
        talk(src, dst, 502, mb(1, 6, struct.pack(">HH", 40, 1500)), mb(2, 5, struct.pack(">HH", 12, 0xFF00)))
    talk(STRANGER, PLC, 502, mb(3, 16, struct.pack(">HHBHH", 200, 2, 4, 900, 901)))
    talk(STRANGER, PLC2, 502, mb(4, 8, struct.pack(">HH", 4, 0)))
    for src, dst in ((SCANNER, PLC), (SCANNER, PLC2), (STRANGER, PLC)):
        talk(src, dst, 502, mb(5, 43, b"\x0e\x01\x00"))


def to_other_controllers():
    for src in (PLANNER, STRANGER):
        talk(src, PLC, 102, COTP, S7_SETUP, S7_LIST)
    talk(STRANGER, PLC, 102, COTP, S7_SETUP, S7_WRITE)
    talk(STRANGER, PLC, 102, COTP, S7_SETUP, S7_LOAD)
    talk(STRANGER, PLC, 102, COTP, S7_SETUP, S7_STOP)
    for src in (SCANNER, STRANGER):
        talk(src, PLC2, 44818, enip(0x63, session=0))
        talk(src, PLC2, 44818, enip(0x65, b"\x01\x00\x00\x00", session=0))
    talk(STRANGER, PLC2, 44818, enip(0x65, b"\x01\x00\x00\x00", session=0), cip(0x4D, b"\x91\x05Speed\x00", b"\xc4\x00\x01\x00\xdc\x05\x00\x00"))
    talk(STRANGER, PLC2, 44818, enip(0x65, b"\x01\x00\x00\x00", session=0), cip(0x05))
    for src in (OFFICE, PLANNER):
        talk(src, RTU, 20000, dnp3(0x01, b"\x3c\x02\x06"))
    talk(STRANGER, RTU, 20000, dnp3(0x05, b"\x0c\x01\x28\x01\x00\x03\x00\x41\x01\x64\x00\x00\x00\x64\x00\x00\x00\x00"))
    talk(STRANGER, RTU, 20000, dnp3(0x15, b"\x3c\x02\x06"))
    talk(STRANGER, RTU, 20000, dnp3(0x0D))
    talk(PLANNER, RTU, 2404, b"\x68\x04\x07\x00\x00\x00")
    talk(STRANGER, RTU, 2404, b"\x68\x04\x07\x00\x00\x00", b"\x68\x0e\x00\x00\x00\x00\x2d\x01\x06\x00\x01\x00\x0b\x00\x00\x01")


def to_people_s_machines():
    knock(SCANNER, PLC, (21, 22, 23, 80, 102, 443, 445, 502, 1911, 2404, 4840, 20000, 44818))
    for host in (PLC, PLC2, RTU, PANEL, HISTORIAN):
        knock(SCANNER, host, (22, 102, 502))
    for _ in range(2):
        talk(MAINTAINER, GATEWAY, 443, b"\x16\x03\x01\x00\x02\x01\x00")
        talk(MAINTAINER, PANEL, 5900, b"RFB 003.008\n", greeted=True)
    for src in (MAINTAINER, ATTACKER, OFFICE):
        talk(src, PANEL, 3389, b"\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00Cookie: mstshash=mainten\x0d\x0a\x01\x00\x08\x00\x00\x00\x00\x00")
    for src in (OFFICE, STRANGER):
        browse(src, PANEL, "/setup", "panel.factory.example", header="Authorization: Basic YWRtaW46YWRtaW4=\r\n")
        browse(src, PLC, "/", "plc1.factory.example")
    browse(STRANGER, PLC, "/firmware/update", "plc1.factory.example", "POST", body="image=FWIMG0x01&slot=2")
    talk(PLANNER, HISTORIAN, 1433, b"\x12\x01\x00\x2f\x00\x00\x01\x00" + bytes(39))
    for dst in (PLC, PANEL):
        datagram(STRANGER, dst, 69, b"\x00\x02project.bin\x00octet\x00")
    for n in range(2):
        lookup(STRANGER, f"update{n}.gadget.example")


def from_the_segment():
    for src in (PANEL, HISTORIAN):
        for name in ("time.example", "telemetry.panelmaker.example"):
            lookup(src, name)
    for n in range(3):
        browse(PANEL, CLOUD, f"/telemetry?panel=2&n={n}", "telemetry.panelmaker.example", agent="PanelAgent/4")
    browse(HISTORIAN, CLOUD, "/setup.exe", "tools.example", agent="Wget/1.21.3")
    browse(PLC, CLOUD, "/", "panelmaker.example", agent="plc-web/1.0")
    for src in (PANEL, STATION):
        datagram(src, CLOUD, 123, b"\x1b" + bytes(47))


def main(what, side=""):
    if what == "home":
        print("[10.60.10.0/24,10.60.20.0/24]")
    elif what == "hosts":
        print(*HOSTS[side], sep="\n")
    elif what == "serve":
        asyncio.run(serve(INSIDE if side == "inside" else OUTSIDE, names=NAMES if side == "outside" else None))
    elif side == "outside":
        to_modbus()
        to_other_controllers()
        to_people_s_machines()
    else:
        from_the_segment()


main(*sys.argv[1:])
