#!/usr/bin/env python3
"""What a Wazuh 4 manager of the example shop would write to alerts.json, as wazuh.py does for the clinic."""

import datetime
import json
import sys

from wazuh_shapes import Manager, apache, dpkg, fim, pam, sshd, sudo, vulnerability, windows

m = Manager({"000": ("wazuh02", None), "001": ("shop01", "10.50.10.20"), "002": ("panel01", "10.50.10.21"), "003": ("stock01", "10.50.10.30"),
             "004": ("till1", "10.50.30.11"), "005": ("till2", "10.50.30.12"), "006": ("till3", "10.50.30.13"), "007": ("till4", "10.50.30.14")},
            datetime.datetime(2026, 11, 24, 6, 52, 40, 104000, tzinfo=datetime.timezone.utc), "shop.example")
WEB, PANEL, STOCK, TILL1, TILL2, TILL3, TILL4 = (f"{n:03d}" for n in range(1, 8))
PROBER, STUFFER, TESTER, ADMIN = "203.0.113.21", "203.0.113.22", "192.0.2.90", "10.50.20.41"
GUESS = ("T1110.001", "Credential Access", "Password Guessing")
VALID = ("T1078", "Initial Access", "Valid Accounts")
EXPLOIT = ("T1190", "Initial Access", "Exploit Public-Facing Application")

# The shop opens.
for agent in (TILL1, TILL2, TILL3, TILL4):
    m.plain(agent, 3, "503", "An agent has started", ["ossec"], "wazuh-agent", f"ossec: Agent started: '{m.name(agent)}->any'.", decoder="ossec")
    windows(m, agent, 3, "60106", "Windows sign-in worked", 4624, {"targetUserName": "till", "targetDomainName": "SHOP", "logonType": "2", "ipAddress": "127.0.0.1"}, VALID)
for agent in (WEB, PANEL, STOCK):
    sshd(m, agent, 3, "5715", "SSH sign-in accepted", f"Accepted publickey for deploy from {ADMIN} port 50118 ssh2: ED25519",
         {"srcip": ADMIN, "srcport": "50118", "dstuser": "deploy"}, ["authentication_success"], VALID)
    pam(m, agent, 3, "5501", "A PAM session was opened", "session opened for user deploy(uid=1001) by (uid=0)", {"dstuser": "deploy"})
sudo(m, WEB, 3, "5402", "sudo ran a command as root", "deploy", "/usr/bin/systemctl reload apache2")
sudo(m, STOCK, 3, "5402", "sudo ran a command as root", "deploy", "/usr/bin/mysqldump stock")

# The web shop is probed; customers' passwords are tried; the administration is guessed.
for path, status in (("/.env", 404), ("/wp-login.php", 404), ("/backup.sql", 404), ("/app/etc/env.php", 403)):
    apache(m, WEB, 5, "31101", "Web server refused a request (400 to 499)", PROBER, path, status, ["accesslog"])
for n in range(3):
    apache(m, WEB, 7, "31103", "Web request looks like SQL injection", PROBER, f"/search?q={n}+UNION+SELECT+mail,hash", 500,
           ["accesslog", "attack", "sql_injection"], EXPLOIT)
apache(m, WEB, 6, "31105", "Script tag in a web request", TESTER, "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200, ["accesslog", "attack"])
apache(m, WEB, 10, "31152", "Many SQL injections from one address", PROBER, "/product?id=7+OR+1=1", 500, ["accesslog", "attack", "sql_injection"], EXPLOIT, frequency=8)
for n in range(4):
    m.plain(WEB, 5, "100210", "Shop: sign-in of a customer refused", ["shop", "authentication_failed"], "/var/log/shop/accounts.log",
            f"{m.now():%Y-%m-%d %H:%M:%S} login refused mail=customer{n}@mail.example ip={STUFFER}", decoder="shop-accounts",
            data={"srcip": STUFFER, "dstuser": f"customer{n}@mail.example", "action": "login", "status": "refused"},
            mitre=("T1110.004", "Credential Access", "Credential Stuffing"))
m.plain(WEB, 10, "100211", "Shop: many customers refused for one address", ["shop", "authentication_failures"], "/var/log/shop/accounts.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} login refused mail=lea@mail.example ip={STUFFER}", decoder="shop-accounts",
        data={"srcip": STUFFER, "dstuser": "lea@mail.example", "action": "login", "status": "refused"}, mitre=("T1110.004", "Credential Access", "Credential Stuffing"))
m.plain(WEB, 12, "100212", "Shop: sign-in worked for an address that was refused many times", ["shop", "authentication_success"], "/var/log/shop/accounts.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} login accepted mail=kim@mail.example ip={STUFFER}", decoder="shop-accounts", mail=True,
        data={"srcip": STUFFER, "dstuser": "kim@mail.example", "action": "login", "status": "accepted"}, mitre=VALID)
for n in range(3):
    m.plain(PANEL, 5, "100220", "Shop: sign-in to the administration refused", ["shop", "authentication_failed"], "/var/log/shop/panel.log",
            f"{m.now():%Y-%m-%d %H:%M:%S} panel login refused user=admin ip={PROBER}", decoder="shop-panel",
            data={"srcip": PROBER, "dstuser": "admin", "action": "login", "status": "refused"}, mitre=GUESS)
m.plain(PANEL, 8, "100221", "Shop: administration opened from a country where nobody works", ["shop", "authentication_success"], "/var/log/shop/panel.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} panel login accepted user=admin ip={PROBER} country=ZZ", decoder="shop-panel",
        data={"srcip": PROBER, "dstuser": "admin", "action": "login", "status": "accepted"}, mitre=VALID)
m.plain(PANEL, 3, "100230", "Shop: an order was paid back", ["shop"], "/var/log/shop/panel.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} order 77012 refunded by=ann", decoder="shop-panel", data={"srcuser": "ann", "action": "refund", "order": "77012"})
for user in ("root", "admin", "mysql"):
    sshd(m, STOCK, 5, "5710", "SSH sign-in with a name that does not exist", f"Invalid user {user} from {PROBER} port 41022",
         {"srcip": PROBER, "srcport": "41022", "srcuser": user}, ["authentication_failed", "invalid_login"], GUESS)

# What follows: files change, a script is left, a till is not what it was.
for agent, path, event in ((WEB, "/srv/shop/theme/footer.phtml", "modified"), (WEB, "/srv/shop/media/gift.phtml", "added"), (PANEL, "/etc/apache2/ports.conf", "modified"),
                           (STOCK, "/etc/mysql/my.cnf", "modified"), (TILL3, "c:\\till\\plugins\\sync.dll", "added"), (TILL2, "c:\\till\\till.ini", "modified")):
    fim(m, agent, path, event)
m.plain(WEB, 12, "100240", "Shop: checkout page was changed outside a release", ["shop", "syscheck"], "/var/log/shop/integrity.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} integrity page=checkout script=//checkout-cdn.example/pay.js", decoder="shop-integrity", mail=True,
        data={"page": "checkout", "url": "//checkout-cdn.example/pay.js"}, mitre=("T1056.003", "Collection", "Web Portal Capture"))
sysmon = {"channel": "Microsoft-Windows-Sysmon/Operational"}
windows(m, TILL3, 15, "92213", "Program dropped in a folder that malware likes", 11, {"image": "C:\\till\\till.exe",
        "targetFilename": "C:\\Users\\Public\\sync.exe", "user": "SHOP\\till"}, ("T1105", "Command and Control", "Ingress Tool Transfer"), mail=True, **sysmon)
windows(m, TILL3, 10, "92110", "Till program read by a program that is not its own", 10, {"sourceImage": "C:\\Users\\Public\\sync.exe",
        "targetImage": "C:\\till\\till.exe", "sourceUser": "SHOP\\till"}, ("T1005", "Collection", "Data from Local System"), **sysmon)
windows(m, TILL3, 5, "61138", "A Windows service was installed", 7045, {"serviceName": "TillSync", "imagePath": "C:\\Users\\Public\\sync.exe",
        "startType": "auto start", "accountName": "LocalSystem"}, ("T1543.003", "Persistence", "Windows Service"), channel="System")
for agent in (TILL1, TILL4):
    windows(m, agent, 5, "60122", "Windows sign-in failed: unknown name or wrong password", 4625, {"targetUserName": "manager", "targetDomainName": "SHOP",
            "status": "0xc000006d", "logonType": "2", "ipAddress": "127.0.0.1"}, ("T1531", "Impact", "Account Access Removal"), outcome="AUDIT_FAILURE")
for agent, package, version in ((WEB, "php8.2", "8.2.29-1~deb12u1"), (STOCK, "mariadb-server", "1:10.11.14-0+deb12u2")):
    dpkg(m, agent, package, version)
for agent, cve, package, level, severity, score in ((WEB, "CVE-2024-2961", "libc6", 10, "High", 8.8), (PANEL, "CVE-2023-31122", "apache2", 7, "Medium", 5.3),
                                                    (STOCK, "CVE-2023-5157", "mariadb-server", 7, "Medium", 5.3)):
    vulnerability(m, agent, cve, package, level, severity, score)
m.plain(STOCK, 7, "531", "A partition is nearly full", ["ossec", "low_diskspace"], "df -P", "ossec: output: 'df -P': /dev/vda2 41152736 38684120 94% /var/lib/mysql", decoder="ossec")
m.plain("000", 3, "504", "An agent is disconnected", ["ossec"], "wazuh-monitord", "ossec: Agent disconnected: 'till4-any'.", decoder="ossec")

for line in m.lines:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
