"""The shapes of Wazuh 4's alerts.json: which keys stand where for each kind of log. Used by wazuh.py."""

import datetime
import hashlib

BEGIN = datetime.datetime(2026, 11, 23, 7, 58, 12, 317000, tzinfo=datetime.timezone.utc)
STEP = datetime.timedelta(seconds=41, milliseconds=83)
AGENTS = {"000": ("wazuh01", None), "001": ("portal01", "10.20.30.10"), "002": ("files01", "10.20.30.11"), "003": ("pacs01", "10.20.30.12"),
          "004": ("dc01", "10.20.30.17"), "005": ("rdp01", "10.20.30.15"), "006": ("ws-reception", "10.20.30.21"), "007": ("ws-doctor2", "10.20.30.22"),
          "008": ("ws-lab", "10.20.30.23"), "009": ("ws-billing", "10.20.30.24"), "010": ("backup01", "10.20.30.18"), "011": ("app01", None)}
# The clauses that Wazuh hangs on a rule, by the rule's level: enough to be realistic.
CLAUSES = {"gdpr": ["IV_35.7.d"], "hipaa": ["164.312.b"], "nist_800_53": ["AU.14", "AC.7"], "pci_dss": ["10.2.5"], "tsc": ["CC6.8", "CC7.2"]}


class Manager:
    """Keeps the clock, the offset in alerts.log and how often each rule has fired, as the real one does."""

    def __init__(self, agents=AGENTS, begin=BEGIN, domain="clinic.example"):
        self.lines, self.offset, self.fired = [], 2218, {}
        self.agents, self.begin, self.domain = agents, begin, domain

    @property
    def written(self):
        return len(self.lines)

    def now(self):
        return self.begin + STEP * self.written

    def epoch(self):
        return int(self.now().timestamp())

    def name(self, agent):
        return self.agents[agent][0]

    def syslog(self, agent):
        return f"{self.now():%b %d %H:%M:%S} {self.name(agent)}"

    def slashed(self):
        return f"{self.now():%Y/%m/%d %H:%M:%S}"

    def alert(self, agent, rule, decoder, location, **parts):
        name, address = self.agents[agent]
        self.fired[rule["id"]] = self.fired.get(rule["id"], 0) + 1
        rule["firedtimes"] = self.fired[rule["id"]]
        order = ("level", "description", "id", "info", "mitre", "frequency", "firedtimes", "mail", "groups", "gdpr", "hipaa", "nist_800_53", "pci_dss", "tsc")
        line = {"timestamp": f"{self.now():%Y-%m-%dT%H:%M:%S}.{self.now().microsecond // 1000:03d}+0000",
                "rule": {key: rule[key] for key in order if rule.get(key) is not None},
                "agent": {"id": agent, "name": name, **({"ip": address} if address else {})},
                "manager": {"name": self.name("000")}, "id": f"{self.epoch()}.{self.offset}"}
        for key in ("previous_output", "full_log", "syscheck", "predecoder"):
            if parts.get(key) is not None:
                line[key] = parts[key]
        line["decoder"] = decoder
        for key in ("previous_log", "data"):
            if parts.get(key) is not None:
                line[key] = parts[key]
        line["location"] = location
        self.lines.append(line)
        self.offset += 300 + len(str(line))

    def plain(self, agent, level, rule_id, description, groups, location, full_log, decoder, program=None, data=None, mitre=None, mail=False, previous=None):
        predecoder = None
        if program:
            predecoder = {"program_name": program, "timestamp": f"{self.now():%b %d %H:%M:%S}", "hostname": self.name(agent)}
        self.alert(agent, rule(level, rule_id, description, groups, mitre, mail=mail), {"name": decoder}, location,
                   full_log=full_log, predecoder=predecoder, data=data, previous_log=previous)


def rule(level, rule_id, description, groups, mitre=None, mail=False, frequency=None):
    told = {"level": level, "description": description, "id": rule_id, "mail": mail, "groups": groups, "frequency": frequency}
    if mitre:
        told["mitre"] = {"id": [mitre[0]], "tactic": [mitre[1]], "technique": [mitre[2]]}
    if level >= 5:
        told.update(CLAUSES)
    return told


def sshd(m, agent, level, rule_id, description, said, data, groups, mitre, frequency=None, earlier=None):
    head = f"{m.syslog(agent)} sshd[2287]: "
    m.alert(agent, rule(level, rule_id, description, ["syslog", "sshd", *groups], mitre, frequency=frequency), {"parent": "sshd", "name": "sshd"},
            "/var/log/auth.log", full_log=head + said, data=data, previous_output="\n".join(head + e for e in earlier) if earlier else None,
            predecoder={"program_name": "sshd", "timestamp": f"{m.now():%b %d %H:%M:%S}", "hostname": m.name(agent)})


def pam(m, agent, level, rule_id, description, said, data, groups=("authentication_success",)):
    m.alert(agent, rule(level, rule_id, description, ["pam", "syslog", *groups], ("T1078", "Initial Access", "Valid Accounts")), {"parent": "pam", "name": "pam"},
            "/var/log/auth.log", full_log=f"{m.syslog(agent)} sshd[2287]: pam_unix(sshd:session): {said}", data=data,
            predecoder={"program_name": "sshd", "timestamp": f"{m.now():%b %d %H:%M:%S}", "hostname": m.name(agent)})


def sudo(m, agent, level, rule_id, description, user, command, wrong=0):
    tries = f"{wrong} incorrect password attempts ; " if wrong else ""
    m.alert(agent, rule(level, rule_id, description, ["syslog", "sudo"], ("T1548.003", "Privilege Escalation", "Sudo and Sudo Caching")),
            {"parent": "sudo", "name": "sudo", "ftscomment": "First time user executed the sudo command"}, "/var/log/auth.log",
            full_log=f"{m.syslog(agent)} sudo:   {user} : {tries}TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND={command}",
            data={"srcuser": user, "dstuser": "root", "tty": "pts/0", "pwd": f"/home/{user}", "command": command},
            predecoder={"program_name": "sudo", "timestamp": f"{m.now():%b %d %H:%M:%S}", "hostname": m.name(agent)})


def apache(m, agent, level, rule_id, description, src, path, status, groups, mitre=None, frequency=None, agent_text="Mozilla/5.00", mail=False):
    m.alert(agent, rule(level, rule_id, description, ["web", *groups], mitre, mail, frequency), {"name": "web-accesslog"}, "/var/log/apache2/access.log",
            full_log=f'{src} - - [{m.now():%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" {status} 431 "-" "{agent_text}"',
            data={"protocol": "GET", "srcip": src, "id": str(status), "url": path})


def fim(m, agent, path, event, value=None):
    digest = lambda name, when: getattr(hashlib, name)(f"{path} {when}".encode()).hexdigest()
    long_ago = f"{m.begin - datetime.timedelta(days=31):%Y-%m-%dT%H:%M:%S}"
    number, level, words = {"added": ("554", 5, "A watched file was added"), "modified": ("550", 7, "A watched file was changed"),
                            "deleted": ("553", 7, "A watched file was deleted")}[event]
    groups = ["ossec", "syscheck", f"syscheck_entry_{event}", "syscheck_file"]
    told = {"path": path, "mode": "realtime" if not value else "scheduled"}
    if value:
        number, level, words, groups = "750", 5, "A watched registry value was changed", groups[:3] + ["syscheck_registry"]
        told |= {"arch": "[x64]", "value_name": value, "value_type": "REG_SZ"}
    if event == "modified":
        told |= {"size_before": "1184", "size_after": "1211", "md5_before": digest("md5", 0), "md5_after": digest("md5", 1),
                 "sha1_before": digest("sha1", 0), "sha1_after": digest("sha1", 1), "sha256_before": digest("sha256", 0), "sha256_after": digest("sha256", 1)}
        if not value:
            told |= {"perm_after": "rw-r--r--", "uid_after": "0", "gid_after": "0", "uname_after": "root", "gname_after": "root", "mtime_before": long_ago,
                     "mtime_after": f"{m.now():%Y-%m-%dT%H:%M:%S}", "inode_before": 262811, "inode_after": 262902}
        told |= {"changed_attributes": ["size", "md5", "sha1", "sha256"] + ([] if value else ["mtime", "inode"])}
    else:
        told |= {"size_after": "611", "perm_after": "rw-r--r--", "uid_after": "33", "gid_after": "33", "md5_after": digest("md5", 1),
                 "sha1_after": digest("sha1", 1), "sha256_after": digest("sha256", 1), "uname_after": "www-data", "gname_after": "www-data",
                 "mtime_after": f"{m.now():%Y-%m-%dT%H:%M:%S}" if event == "added" else long_ago, "inode_after": 262944}
    told["event"] = event
    if event == "added" and path.startswith("/srv"):
        told["mode"] = "whodata"
        told["audit"] = {"user": {"id": "33", "name": "www-data"}, "process": {"id": "2204", "name": "/usr/sbin/apache2", "cwd": "/", "ppid": "1180"},
                         "login_user": {"id": "4294967295", "name": "unset"}, "effective_user": {"id": "33", "name": "www-data"}}
    kind = f"Registry Value '[x64] {path}\\{value}'" if value else f"File '{path}'"
    m.alert(agent, rule(level, number, words, groups, None if event == "added" else ("T1565.001", "Impact", "Stored Data Manipulation")),
            {"name": "syscheck_registry_value_modified" if value else {"added": "syscheck_new_entry", "modified": "syscheck_integrity_changed",
             "deleted": "syscheck_deleted"}[event]}, "syscheck", full_log=f"{kind} {event}\nMode: {told['mode']}\n", syscheck=told)


def sca(m, agent, number, title, result):
    policy = {"type": "check", "scan_id": "1708143301", "policy": "Hardening of Debian Linux 12"}
    if result == "summary":
        policy |= {"type": "summary", "description": "Checks of a Debian 12 server", "policy_id": "debian12_clinic", "passed": "71", "failed": "98",
                   "invalid": "12", "total_checks": "181", "score": "42", "file": "debian12_clinic.yml"}
        m.alert(agent, rule(7, "19004", "Configuration score below half: 42 of 100", ["sca"]), {"name": "sca"}, "sca", data={"sca": policy})
        return
    policy["check"] = {"id": str(number), "title": title, "description": "Asked for by the clinic's baseline.", "rationale": "Less to attack.",
                       "remediation": "See the baseline, section 4.", "compliance": {"cis": "5.2.7", "pci_dss": "2.2.4"}, "result": result}
    level, rule_id = (7, "19007") if result == "failed" else (3, "19008")
    m.alert(agent, rule(level, rule_id, f"Configuration check {result}: {title}", ["sca"]), {"name": "sca"}, "sca", data={"sca": policy})


def dpkg(m, agent, package, version):
    m.alert(agent, rule(7, "2902", "A Debian package was installed", ["syslog", "dpkg", "config_changed"], ("T1072", "Execution", "Software Deployment Tools")),
            {"name": "dpkg-decoder"}, "/var/log/dpkg.log", full_log=f"{m.now():%Y-%m-%d %H:%M:%S} status installed {package}:amd64 {version}",
            data={"dpkg_status": "status installed", "package": package, "arch": "amd64", "version": version})


def vulnerability(m, agent, cve, package, level, severity, score):
    rule_id = {5: "23503", 7: "23504", 10: "23505", 13: "23506"}[level]
    m.alert(agent, rule(level, rule_id, f"{cve} affects {package}", ["vulnerability-detector"], mail=level >= 12), {"name": "json"}, "vulnerability-detector",
            data={"vulnerability": {"cve": cve, "cvss": {"cvss3": {"base_score": f"{score:f}"}}, "severity": severity, "enumeration": "CVE", "status": "Active",
                  "title": f"{cve} affects {package}", "package": {"name": package, "version": "1:9.2p1-2", "architecture": "amd64", "condition": "Package less than fixed"},
                  "published": "2024-07-01T12:37:00Z", "reference": f"https://security-tracker.debian.org/tracker/{cve}", "type": "Packages"}})


def windows(m, agent, level, rule_id, description, event, data, mitre=None, outcome="AUDIT_SUCCESS", channel="Security", frequency=None, mail=False):
    provider = {"Security": "Microsoft-Windows-Security-Auditing", "System": "Service Control Manager"}.get(channel, channel.split("/")[0])
    system = {"providerName": provider, "eventID": str(event), "version": "0", "level": "0", "systemTime": f"{m.now():%Y-%m-%dT%H:%M:%S}.{m.now().microsecond:06d}0Z",
              "eventRecordID": str(880100 + m.written), "processID": "712", "threadID": "6120", "channel": channel,
              "computer": f"{m.name(agent).upper()}.{m.domain}", "severityValue": outcome if channel == "Security" else "INFORMATION"}
    groups = ["windows", "sysmon"] if "Sysmon" in channel else ["windows", "windows_security" if channel == "Security" else "windows_system"]
    m.alert(agent, rule(level, rule_id, description, groups, mitre, mail, frequency), {"name": "windows_eventchannel"}, "EventChannel",
            data={"win": {"system": system, "eventdata": data}})
