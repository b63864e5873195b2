#!/usr/bin/env python3
"""What a Wazuh 4 manager of the example factory would write to alerts.json, as wazuh.py does for the clinic."""

import datetime
import json
import sys

from wazuh_shapes import Manager, fim, pam, sshd, sudo, vulnerability, windows

m = Manager({"000": ("wazuh03", None), "001": ("panel2", "10.60.20.20"), "002": ("historian", "10.60.20.30"), "003": ("station", "10.60.20.40"),
             "004": ("gateway", "10.60.20.5"), "005": ("office51", "10.60.10.51"), "006": ("planner", "10.60.10.52"), "007": ("files02", "10.60.10.12")},
            datetime.datetime(2026, 11, 24, 5, 31, 9, 871000, tzinfo=datetime.timezone.utc), "factory.example")
PANEL, HISTORIAN, STATION, GATEWAY, OFFICE, PLANNER, FILES = (f"{n:03d}" for n in range(1, 8))
MAINTAINER, ATTACKER = "198.51.100.200", "203.0.113.61"
VALID = ("T1078", "Initial Access", "Valid Accounts")
REMOTE = ("T0822", "Initial Access", "External Remote Services")
USB = ("T1091", "Lateral Movement", "Replication Through Removable Media")
sysmon = {"channel": "Microsoft-Windows-Sysmon/Operational"}

# The early shift begins.
for agent in (PANEL, STATION, OFFICE, PLANNER):
    m.plain(agent, 3, "503", "An agent has started", ["ossec"], "wazuh-agent", f"ossec: Agent started: '{m.name(agent)}->any'.", decoder="ossec")
for agent, user in ((PANEL, "shift"), (STATION, "engineer"), (OFFICE, "k.weber"), (PLANNER, "l.braun"), (PANEL, "shift")):
    windows(m, agent, 3, "60106", "Windows sign-in worked", 4624, {"targetUserName": user, "targetDomainName": "FACTORY", "logonType": "2", "ipAddress": "127.0.0.1"}, VALID)
    windows(m, agent, 3, "60137", "Windows sign-out", 4634, {"targetUserName": user, "targetDomainName": "FACTORY", "logonType": "2"})
sudo(m, HISTORIAN, 3, "5402", "sudo ran a command as root", "engineer", "/usr/bin/systemctl restart historian")
sudo(m, GATEWAY, 3, "5402", "sudo ran a command as root", "engineer", "/usr/bin/wg show")

# Somebody plugs something in.
for agent, name, serial in ((PANEL, "USB DISK 3.0", "0775091A"), (PANEL, "USB DISK 3.0", "0775091A"), (STATION, "Engineering stick", "AA0042")):
    windows(m, agent, 7, "100310", "Storage device plugged into a machine of the OT segment", 6416, {"deviceDescription": name,
            "deviceId": f"USBSTOR\\Disk&Ven_Generic&Prod_Disk\\{serial}", "className": "DiskDrive", "subjectUserName": "shift"}, USB)
windows(m, PANEL, 12, "100311", "Program started from a storage device on the operator panel", 1, {"image": "E:\\viewer.exe",
        "commandLine": "E:\\viewer.exe /s", "parentImage": "C:\\Windows\\explorer.exe", "user": "FACTORY\\shift"}, USB, mail=True, **sysmon)
windows(m, PANEL, 15, "92213", "Program dropped in a folder that malware likes", 11, {"image": "E:\\viewer.exe",
        "targetFilename": "C:\\Users\\Public\\svc.exe", "user": "FACTORY\\shift"}, ("T1105", "Command and Control", "Ingress Tool Transfer"), mail=True, **sysmon)
windows(m, PANEL, 5, "61138", "A Windows service was installed", 7045, {"serviceName": "PanelHelper", "imagePath": "C:\\Users\\Public\\svc.exe",
        "startType": "auto start", "accountName": "LocalSystem"}, ("T1543.003", "Persistence", "Windows Service"), channel="System")

# Maintenance from afar.
for n in range(2):
    sshd(m, GATEWAY, 3, "5715", "SSH sign-in accepted", f"Accepted publickey for maintenance from {MAINTAINER} port {50110 + n} ssh2: ED25519",
         {"srcip": MAINTAINER, "srcport": str(50110 + n), "dstuser": "maintenance"}, ["authentication_success"], VALID)
    pam(m, GATEWAY, 3, "5501", "A PAM session was opened", "session opened for user maintenance(uid=1004) by (uid=0)", {"dstuser": "maintenance"})
m.plain(GATEWAY, 9, "100320", "Maintenance account used outside its hours", ["syslog", "sshd", "policy_violation"], "/var/log/auth.log",
        f"{m.syslog(GATEWAY)} sshd[2310]: Accepted publickey for maintenance from {MAINTAINER} port 50131 ssh2", decoder="sshd", program="sshd",
        data={"srcip": MAINTAINER, "srcport": "50131", "dstuser": "maintenance"}, mitre=REMOTE)
windows(m, PANEL, 9, "100321", "Remote desktop session on the operator panel outside maintenance hours", 4624, {"targetUserName": "maintenance",
        "targetDomainName": "FACTORY", "logonType": "10", "ipAddress": MAINTAINER}, REMOTE)
for n, user in enumerate(("admin", "plc", "service", "operator")):
    sshd(m, GATEWAY, 5, "5710", "SSH sign-in with a name that does not exist", f"Invalid user {user} from {ATTACKER} port {41022 + n}",
         {"srcip": ATTACKER, "srcport": str(41022 + n), "srcuser": user}, ["authentication_failed", "invalid_login"], ("T1110.001", "Credential Access", "Password Guessing"))
sshd(m, GATEWAY, 10, "5712", "Many SSH sign-ins failed: passwords are being guessed", f"Failed password for invalid user admin from {ATTACKER} port 42009 ssh2",
     {"srcip": ATTACKER, "srcport": "42009", "srcuser": "admin"}, ["authentication_failures"], ("T1110", "Credential Access", "Brute Force"),
     frequency=8, earlier=[f"Failed password for invalid user admin from {ATTACKER} port {42000 + n} ssh2" for n in range(3)])
windows(m, PANEL, 5, "60122", "Windows sign-in failed: unknown name or wrong password", 4625, {"targetUserName": "maintenance", "targetDomainName": "FACTORY",
        "status": "0xc000006d", "logonType": "10", "ipAddress": ATTACKER}, ("T1531", "Impact", "Account Access Removal"), outcome="AUDIT_FAILURE")

# The machines' own programs and files.
for agent, path, event in ((STATION, "c:\\projects\\line2\\plc1.project", "modified"), (STATION, "c:\\projects\\line2\\plc2.project", "modified"),
                           (PANEL, "c:\\panel\\recipes\\paint.csv", "modified"), (HISTORIAN, "/etc/historian/tags.conf", "modified"),
                           (GATEWAY, "/etc/wireguard/wg0.conf", "modified"), (PANEL, "c:\\panel\\alarms.old", "deleted")):
    fim(m, agent, path, event)
m.plain(STATION, 8, "100330", "Program loaded into a controller", ["ot", "engineering"], "c:\\engineering\\audit.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} download project=line2 controller=PLC1 user=engineer", decoder="engineering",
        data={"srcuser": "engineer", "action": "download", "dstip": "10.60.20.10"}, mitre=("T0843", "Lateral Movement", "Program Download"))
m.plain(STATION, 12, "100331", "Controller was set to program mode outside a shift", ["ot", "engineering"], "c:\\engineering\\audit.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} mode=PROGRAM controller=PLC1 user=unknown", decoder="engineering", mail=True,
        data={"srcuser": "unknown", "action": "mode", "dstip": "10.60.20.10"}, mitre=("T0858", "Execution", "Change Operating Mode"))
for tag in ("TANK2_LEVEL", "LINE2_SPEED", "OVEN_TEMP"):
    m.plain(HISTORIAN, 5, "100340", "Value of a tag outside its limits", ["ot", "historian"], "/var/log/historian/limits.log",
            f"{m.now():%Y-%m-%d %H:%M:%S} limit tag={tag} value=high", decoder="historian", data={"tag": tag, "status": "high"})
m.plain(HISTORIAN, 7, "100341", "Values of a controller have stopped to arrive", ["ot", "historian"], "/var/log/historian/limits.log",
        f"{m.now():%Y-%m-%d %H:%M:%S} stale source=RTU12", decoder="historian", data={"tag": "RTU12", "status": "stale"}, mitre=("T0804", "Inhibit Response Function", "Block Reporting Message"))
windows(m, OFFICE, 4, "92052", "Command prompt started by an unusual program", 1, {"image": "C:\\Windows\\System32\\cmd.exe", "commandLine": "cmd.exe /c ping 10.60.20.10",
        "parentImage": "C:\\Program Files\\Office\\EXCEL.EXE", "user": "FACTORY\\k.weber"}, ("T1059.003", "Execution", "Windows Command Shell"), **sysmon)
windows(m, PLANNER, 10, "92032", "Scanner for networks started by a user", 1, {"image": "C:\\Users\\l.braun\\Downloads\\portscan.exe",
        "commandLine": "portscan.exe 10.60.20.0/24", "parentImage": "C:\\Windows\\explorer.exe", "user": "FACTORY\\l.braun"}, ("T1046", "Discovery", "Network Service Discovery"), **sysmon)
for agent, cve, package, level, severity, score in ((HISTORIAN, "CVE-2024-6387", "openssh-server", 10, "High", 8.1), (PANEL, "CVE-2019-0708", "Windows 7", 13, "Critical", 9.8),
                                                    (FILES, "CVE-2022-48303", "tar", 7, "Medium", 5.5)):
    vulnerability(m, agent, cve, package, level, severity, score)
m.plain("000", 3, "504", "An agent is disconnected", ["ossec"], "wazuh-monitord", "ossec: Agent disconnected: 'panel2-any'.", decoder="ossec")

for line in m.lines:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
