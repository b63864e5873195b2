#!/usr/bin/env python3
"""Writes internal/demo/recording/clinic/wazuh.jsonl: what a Wazuh 4 manager of the example clinic would write to alerts.json.

The shapes are Wazuh's, the hosts, people and words are invented. The same bytes at every run: wazuh.py > wazuh.jsonl
"""

import hashlib
import json
import sys

from wazuh_shapes import Manager, apache, dpkg, fim, pam, sca, sshd, sudo, vulnerability, windows

m = Manager()
PORTAL, FILES, PACS, DC, DESK = "001", "002", "003", "004", "005"
RECEPTION, DOCTOR, LAB, BILLING, BACKUP, DOCKER = "006", "007", "008", "009", "010", "011"
SCANNER, GUESSER, INTRUDER, STRANGER = "203.0.113.45", "198.51.100.23", "203.0.113.131", "192.0.2.66"
ADMIN = "10.20.40.51"

# The day begins: people and services sign in, the manager talks of its agents.
m.plain("000", 3, "502", "The manager has started", ["ossec"], "wazuh-monitord", "ossec: Manager started.", decoder="ossec")
for agent in (RECEPTION, DOCTOR, LAB, BILLING, DESK):
    m.plain(agent, 3, "503", "An agent has started", ["ossec"], "wazuh-agent", f"ossec: Agent started: '{m.name(agent)}->any'.", decoder="ossec")
for agent, user in ((PORTAL, "deploy"), (FILES, "anne"), (PACS, "modality"), (BACKUP, "backup"), (FILES, "marc")):
    sshd(m, agent, 3, "5715", "SSH sign-in accepted", f"Accepted publickey for {user} from {ADMIN} port {50110 + len(user)} ssh2: ED25519",
         {"srcip": ADMIN, "srcport": str(50110 + len(user)), "dstuser": user}, ["authentication_success"],
         ("T1078", "Initial Access", "Valid Accounts"))
    pam(m, agent, 3, "5501", "A PAM session was opened", f"session opened for user {user}(uid=1001) by (uid=0)", {"dstuser": user})
    pam(m, agent, 3, "5502", "A PAM session was closed", f"session closed for user {user}", {"dstuser": user})
for agent, user, command in ((PORTAL, "deploy", "/usr/bin/systemctl restart portal"), (FILES, "anne", "/usr/bin/apt-get update"),
                             (PACS, "marc", "/usr/bin/journalctl -u pacs"), (BACKUP, "backup", "/usr/bin/restic snapshots")):
    sudo(m, agent, 3, "5402", "sudo ran a command as root", user, command)
sudo(m, LAB, 4, "5403", "sudo used by this user for the first time", "clara", "/usr/bin/id")
for agent, user in ((RECEPTION, "s.keller"), (DOCTOR, "dr.moreau"), (LAB, "lab"), (BILLING, "p.rossi"), (DESK, "s.keller"), (DC, "svc-scan")):
    windows(m, agent, 3, "60106", "Windows sign-in worked", 4624, {"targetUserName": user, "targetDomainName": "CLINIC", "logonType": "3",
            "ipAddress": "10.20.30.21", "ipPort": "51544", "logonProcessName": "Kerberos"}, ("T1078", "Initial Access", "Valid Accounts"))
    windows(m, agent, 3, "60137", "Windows sign-out", 4634, {"targetUserName": user, "targetDomainName": "CLINIC", "logonType": "3"})

# Passwords are guessed.
for n, user in enumerate(("oracle", "test", "scanner", "guest", "pi", "ubnt")):
    sshd(m, FILES, 5, "5710", "SSH sign-in with a name that does not exist", f"Invalid user {user} from {GUESSER} port {41022 + n}",
         {"srcip": GUESSER, "srcport": str(41022 + n), "srcuser": user}, ["authentication_failed", "invalid_login"],
         ("T1110.001", "Credential Access", "Password Guessing"))
for n in range(4):
    sshd(m, PORTAL, 5, "5760", "SSH password was wrong", f"Failed password for root from {STRANGER} port {33870 + n} ssh2",
         {"srcip": STRANGER, "srcport": str(33870 + n), "dstuser": "root"}, ["authentication_failed"],
         ("T1110.001", "Credential Access", "Password Guessing"))
for agent, src, users in ((FILES, GUESSER, ("oracle", "test", "admin")), (PORTAL, STRANGER, ("root", "root", "root"))):
    earlier = [f"Failed password for invalid user {u} from {src} port {42000 + n} ssh2" for n, u in enumerate(users)]
    sshd(m, agent, 10, "5712", "Many SSH sign-ins failed: passwords are being guessed", f"Failed password for invalid user {users[0]} from {src} port 42009 ssh2",
         {"srcip": src, "srcport": "42009", "srcuser": users[0]}, ["authentication_failures"], ("T1110", "Credential Access", "Brute Force"),
         frequency=8, earlier=earlier)
pam(m, BACKUP, 5, "5503", "PAM refused a sign-in", "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.23  user=backup",
    {"srcip": GUESSER, "dstuser": "backup"}, ["authentication_failed"])
sudo(m, PORTAL, 10, "5404", "Three wrong passwords for sudo", "www-data", "/bin/bash", wrong=3)
for agent, user in ((DC, "administrator"), (DC, "svc-backup"), (DESK, "administrator"), (RECEPTION, "s.keller"), (DESK, "guest")):
    windows(m, agent, 5, "60122", "Windows sign-in failed: unknown name or wrong password", 4625, {"targetUserName": user,
            "targetDomainName": "CLINIC", "status": "0xc000006d", "subStatus": "0xc000006a", "logonType": "3", "workstationName": "KALI-7",
            "ipAddress": "203.0.113.7", "ipPort": "0"}, ("T1531", "Impact", "Account Access Removal"), outcome="AUDIT_FAILURE")
windows(m, DC, 9, "60115", "Windows account locked after too many wrong passwords", 4740, {"targetUserName": "svc-backup",
        "targetDomainName": "KALI-7", "subjectUserName": "DC01$"}, ("T1110", "Credential Access", "Brute Force"))
windows(m, DESK, 10, "60204", "Many Windows sign-ins failed", 4625, {"targetUserName": "administrator", "status": "0xc000006d",
        "logonType": "10", "ipAddress": "203.0.113.7", "ipPort": "50221"}, ("T1110", "Credential Access", "Brute Force"), outcome="AUDIT_FAILURE", frequency=8)
m.plain(FILES, 12, "40112", "Many failed sign-ins, then one that worked", ["syslog", "attacks", "authentication_success"], "/var/log/auth.log",
        f"{m.syslog(FILES)} sshd[2291]: Accepted password for scanner from {GUESSER} port 42017 ssh2", decoder="sshd", program="sshd",
        data={"srcip": GUESSER, "srcport": "42017", "dstuser": "scanner"}, mitre=("T1078", "Initial Access", "Valid Accounts"), mail=True)
m.plain(FILES, 3, "651", "Active response blocked an address", ["ossec", "active_response"], "/var/ossec/logs/active-responses.log",
        f"{m.slashed()} active-response/bin/firewall-drop: add - {GUESSER} (5712)", decoder="ar_log_json",
        data={"srcip": GUESSER, "command": "add", "parameters": {"program": "active-response/bin/firewall-drop"}})

# The portal is probed, then entered.
for path, status in (("/wp-login.php", 404), ("/.env", 404), ("/admin/", 403), ("/cgi-bin/test", 404), ("/phpmyadmin/", 404), ("/old/", 403)):
    apache(m, PORTAL, 5, "31101", "Web server refused a request (400 to 499)", SCANNER, path, status, ["accesslog"])
for n in range(3):
    apache(m, PORTAL, 7, "31103", "Web request looks like SQL injection", SCANNER, f"/patients?id={n}+UNION+SELECT+login,hash", 500,
           ["accesslog", "attack", "sql_injection"], ("T1190", "Initial Access", "Exploit Public-Facing Application"))
for path in ("/../../../../etc/passwd", "/view?name=..%2f..%2fshadow", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E"):
    apache(m, PORTAL, 6, "31104", "Web request of a known attack", STRANGER, path, 404, ["accesslog", "attack"],
           ("T1055", "Privilege Escalation", "Process Injection"))
apache(m, PORTAL, 6, "31106", "Web attack answered with 200", GUESSER, "/view?file=../../../../etc/passwd", 200, ["accesslog", "attack"],
       ("T1190", "Initial Access", "Exploit Public-Facing Application"))
apache(m, PORTAL, 10, "31151", "Many refused web requests from one address", SCANNER, "/backup.zip", 404, ["web_scan", "recon"],
       ("T1595.002", "Reconnaissance", "Vulnerability Scanning"), frequency=14)
apache(m, PORTAL, 15, "31168", "Shell function in a web request got an answer", INTRUDER, "/cgi-bin/status", 200, ["accesslog", "attack"],
       ("T1068", "Privilege Escalation", "Exploitation for Privilege Escalation"), agent_text="() { :;}; /bin/id", mail=True)

# Files change.
for agent, path, event in ((PORTAL, "/etc/apache2/sites-enabled/portal.conf", "modified"), (FILES, "/etc/samba/smb.conf", "modified"),
                           (PACS, "/etc/hosts", "modified"), (PORTAL, "/srv/portal/uploads/photo.php", "added"),
                           (BACKUP, "/etc/cron.d/restic", "added"), (FILES, "/etc/ssh/sshd_config", "modified"),
                           (PORTAL, "/srv/portal/config.php.bak", "deleted"), (DOCKER, "/opt/stack/compose.yml", "modified"),
                           (BACKUP, "/etc/cron.d/old-dump", "deleted"), (LAB, "c:\\programdata\\lab\\viewer.ini", "added")):
    fim(m, agent, path, event)
fim(m, RECEPTION, "HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Run", "modified", value="Updater")

# Configuration checks, packages, vulnerabilities.
for agent, number, title, result in ((PORTAL, 28510, "Core dumps are limited", "failed"), (FILES, 28533, "SSH refuses root", "failed"),
                                     (PACS, 28541, "Unused file systems are off", "failed"), (BACKUP, 28550, "Time is synchronised", "passed"),
                                     (DOCKER, 28533, "SSH refuses root", "passed"), (DC, 26107, "Guest account is off", "passed")):
    sca(m, agent, number, title, result)
sca(m, FILES, 0, "", "summary")
for agent, package, version in ((PORTAL, "libssl3", "3.0.16-1~deb12u1"), (FILES, "samba", "2:4.17.12+dfsg-0+deb12u2"), (LAB, "tcpdump", "4.99.3-1")):
    dpkg(m, agent, package, version)
for agent, cve, package, level, severity, score in ((PORTAL, "CVE-2024-6387", "openssh-server", 10, "High", 8.1),
        (PACS, "CVE-2023-4911", "libc6", 10, "High", 7.8), (DOCKER, "CVE-2024-3094", "liblzma5", 13, "Critical", 10.0),
        (FILES, "CVE-2023-3961", "samba", 13, "Critical", 9.1), (BACKUP, "CVE-2022-48303", "tar", 7, "Medium", 5.5),
        (LAB, "CVE-2023-45853", "zlib1g", 7, "Medium", 5.3), (PORTAL, "CVE-2011-3374", "apt", 5, "Low", 3.7)):
    vulnerability(m, agent, cve, package, level, severity, score)

# Windows is worked on from inside.
windows(m, DC, 8, "60109", "Windows account created or enabled", 4720, {"targetUserName": "helpdesk2", "targetDomainName": "CLINIC",
        "subjectUserName": "administrator"}, ("T1098", "Persistence", "Account Manipulation"))
windows(m, DC, 12, "60154", "Members of the administrators group changed", 4732, {"targetUserName": "Administrators", "memberName": "helpdesk2",
        "subjectUserName": "administrator"}, ("T1484", "Privilege Escalation", "Domain Policy Modification"), mail=True)
windows(m, RECEPTION, 5, "61138", "A Windows service was installed", 7045, {"serviceName": "UpdaterSvc", "imagePath": "C:\\Users\\Public\\upd.exe",
        "startType": "auto start", "accountName": "LocalSystem"}, ("T1543.003", "Persistence", "Windows Service"), channel="System")
sysmon = {"channel": "Microsoft-Windows-Sysmon/Operational"}
windows(m, RECEPTION, 4, "92052", "Command prompt started by an unusual program", 1, {"image": "C:\\Windows\\System32\\cmd.exe", "commandLine": "cmd.exe /c whoami /all",
        "parentImage": "C:\\Program Files\\Office\\WINWORD.EXE", "user": "CLINIC\\s.keller"}, ("T1059.003", "Execution", "Windows Command Shell"), **sysmon)
windows(m, RECEPTION, 12, "92057", "PowerShell ran a command hidden by encoding", 1, {"image": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "commandLine": "powershell.exe -nop -w hidden -enc SQBFAFgA", "parentImage": "C:\\Windows\\System32\\cmd.exe", "user": "CLINIC\\s.keller",
        "hashes": "SHA256=" + hashlib.sha256(b"powershell").hexdigest().upper()}, ("T1059.001", "Execution", "PowerShell"), mail=True, **sysmon)
windows(m, RECEPTION, 15, "92213", "Program dropped in a folder that malware likes", 11, {"image": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
        "targetFilename": "C:\\Users\\Public\\upd.exe", "user": "CLINIC\\s.keller"}, ("T1105", "Command and Control", "Ingress Tool Transfer"), mail=True, **sysmon)
windows(m, LAB, 12, "62123", "Windows Defender found malware", 1116, {"threat Name": "Virus:DOS/EICAR_Test_File", "severity Name": "Severe",
        "path": "file:_C:\\Users\\lab\\Downloads\\antivirus", "detection User": "CLINIC\\lab"}, channel="Microsoft-Windows-Windows Defender/Operational", mail=True)
windows(m, LAB, 3, "62124", "Windows Defender acted on malware", 1117, {"threat Name": "Virus:DOS/EICAR_Test_File", "action Name": "Quarantine"},
        channel="Microsoft-Windows-Windows Defender/Operational")

# Linux hosts, containers, the rest.
for agent, command, exe in ((PORTAL, "id", "/usr/bin/id"), (PORTAL, "curl", "/usr/bin/curl"), (BACKUP, "restic", "/usr/bin/restic")):
    number = 4100 + len(command)
    text = (f'type=SYSCALL msg=audit({m.epoch()}.218:{number}): arch=c000003e syscall=59 success=yes exit=0 ppid=1180 pid=2204 auid=4294967295 '
            f'uid=33 gid=33 euid=33 tty=(none) ses=4294967295 comm="{command}" exe="{exe}" key="audit-wazuh-c"')
    m.plain(agent, 3, "80792", "Audit saw a command: " + exe, ["audit", "audit_command"], "/var/log/audit/audit.log", text, decoder="auditd",
            data={"audit": {"type": "SYSCALL", "id": str(number), "arch": "c000003e", "syscall": "59", "success": "yes", "exit": "0", "ppid": "1180",
                            "pid": "2204", "auid": "4294967295", "uid": "33", "gid": "33", "euid": "33", "command": command, "exe": exe, "key": "audit-wazuh-c"}})
m.plain(DOCKER, 10, "80710", "Audit saw an interface listen to everything", ["audit", "audit_configuration"], "/var/log/audit/audit.log",
        f"type=ANOM_PROMISCUOUS msg=audit({m.epoch()}.004:911): dev=veth7c1 prom=256 old_prom=0 auid=4294967295 uid=0 gid=0 ses=4294967295", decoder="auditd",
        data={"audit": {"type": "ANOM_PROMISCUOUS", "id": "911", "dev": "veth7c1", "prom": "256", "old_prom": "0", "uid": "0"}},
        mitre=("T1040", "Credential Access", "Network Sniffing"))
for name, action, rule, level, words in (
        ("appointments", "start", "87903", 3, "started"), ("sms-gateway", "stop", "87904", 3, "stopped"), ("archive", "start", "87903", 3, "started"),
        ("appointments", "exec_start: /bin/sh", "87907", 5, "was told to run a command"), ("archive", "pause", "87905", 3, "was paused")):
    m.plain(DOCKER, level, rule, f"Container {name} {words}", ["docker"], "Wazuh-Docker", None, decoder="json",
            data={"integration": "docker", "docker": {"Type": "container", "Action": action, "scope": "local", "time": str(m.epoch()),
                  "Actor": {"ID": hashlib.sha256(name.encode()).hexdigest(), "Attributes": {"image": f"registry.clinic.example/{name}:2.4", "name": name}}}})
m.plain(PORTAL, 7, "533", "Listening ports changed: one opened or closed", ["ossec"], "netstat listening ports",
        "ossec: output: 'netstat listening ports':\ntcp 0.0.0.0:22 0.0.0.0:* 812/sshd\ntcp 0.0.0.0:4444 0.0.0.0:* 2210/sh", decoder="ossec",
        previous="ossec: output: 'netstat listening ports':\ntcp 0.0.0.0:22 0.0.0.0:* 812/sshd", mitre=("T1049", "Discovery", "System Network Connections Discovery"))
m.plain(FILES, 7, "531", "A partition is nearly full", ["ossec", "low_diskspace"], "df -P", "ossec: output: 'df -P': /dev/vg0/data 960379920 930101120 97% /srv/data", decoder="ossec")
m.plain(PACS, 7, "510", "Rootcheck found something odd", ["ossec", "rootcheck"], "rootcheck", "File '/dev/shm/.x' is owned by root and anybody can write it.",
        decoder="rootcheck", data={"title": "File is owned by root and anybody can write it.", "file": "/dev/shm/.x"})
for agent, user in ((FILES, "clara"), (DOCKER, "helpdesk2")):
    m.plain(agent, 8, "5902", "A user was added to the system", ["syslog", "adduser"], "/var/log/auth.log",
            f"{m.syslog(agent)} useradd[3120]: new user: name={user}, UID=1007, GID=1007, home=/home/{user}, shell=/bin/bash", decoder="useradd", program="useradd",
            data={"dstuser": user, "uid": "1007", "gid": "1007", "home": f"/home/{user}", "shell": "/bin/bash"}, mitre=("T1136", "Persistence", "Create Account"))
digest = hashlib.sha1(b"photo.php").hexdigest()
m.plain("000", 12, "87105", "VirusTotal: engines know this file as malware", ["virustotal"], "virustotal", None, decoder="json", mail=True,
        data={"virustotal": {"found": "1", "malicious": "1", "positives": "39", "total": "61", "sha1": digest, "source": {"alert_id": f"{m.epoch()}.1201",
              "file": "/srv/portal/uploads/photo.php", "sha1": digest}}, "integration": "virustotal"}, mitre=("T1203", "Execution", "Exploitation for Client Execution"))
m.plain(PACS, 12, "5108", "The system ran out of memory", ["syslog", "service_availability"], "/var/log/kern.log",
        f"{m.syslog(PACS)} kernel: Out of memory: Killed process 4821 (xmrig) total-vm:2931024kB", decoder="kernel", program="kernel", mail=True)
m.plain(BILLING, 3, "506", "An agent has stopped", ["ossec"], "wazuh-remoted", "ossec: Agent stopped: 'ws-billing->any'.", decoder="ossec")
m.plain("000", 3, "504", "An agent is disconnected", ["ossec"], "wazuh-monitord", "ossec: Agent disconnected: 'ws-billing-any'.", decoder="ossec")
m.plain("000", 3, "591", "A log file was rotated", ["ossec"], "wazuh-logcollector", "ossec: File rotated (inode changed): '/var/log/auth.log'.", decoder="ossec")

for line in m.lines:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
