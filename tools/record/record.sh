#!/bin/bash
# Records the example client's network: two network namespaces joined by a cable, our own attacks between them, real
# Suricata listening live with internal/demo/recording/clinic/local.rules. Writes attack.pcap and eve.jsonl beside the rules.
# Needs root, suricata 7, nmap, hydra, sshd, openssl, tcpdump, python3. Nothing leaves the namespaces.
set -eu
cd "$(dirname "$0")/../.."
out=internal/demo/recording/clinic
here=tools/record
work=$(mktemp -d)
in=socme-rec-in-$$
ex=socme-rec-out-$$
pids=()

finish() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
	ip netns del "$in" 2>/dev/null || true
	ip netns del "$ex" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

for program in suricata nmap hydra tcpdump openssl python3 ip; do
	command -v "$program" >/dev/null || { echo "record.sh needs $program" >&2; exit 1; }
done
[ -x /usr/sbin/sshd ] || { echo "record.sh needs sshd (openssh-server)" >&2; exit 1; }

inside() { ip netns exec "$in" "$@"; }
outside() { ip netns exec "$ex" "$@"; }
# Straight to ip, not through the functions above: the id must be the program's, or it would outlive us.
background() { # background NAMESPACE PROGRAM…
	ip netns exec "$@" &
	pids+=($!)
}
await() { # await WHAT COMMAND…: until the command succeeds, 20 s at most
	local what=$1 n=0
	shift
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ "$n" -lt 200 ] || { echo "gave up waiting for $what" >&2; exit 1; }
		sleep 0.1
	done
}

echo "cable and addresses"
ip netns add "$in"
ip netns add "$ex"
ip -n "$in" link add ens19 type veth peer name wan0 netns "$ex"
# Without router solicitations and duplicate detection the capture holds our traffic alone.
for side in "$in:ens19" "$ex:wan0"; do
	ip netns exec "${side%%:*}" sysctl -q -w "net.ipv6.conf.${side##*:}.accept_dad=0" "net.ipv6.conf.${side##*:}.router_solicitations=0" net.ipv4.icmp_ratelimit=0
	ip -n "${side%%:*}" link set lo up
	ip -n "${side%%:*}" link set "${side##*:}" gso_max_size 1400 gso_max_segs 1 up
done
for host in 10 11 12 14 15 16 21 22 23 24; do
	ip -n "$in" addr add "10.20.30.$host/24" dev ens19
done
ip -n "$in" addr add 2001:db8:20:30::10/64 dev ens19 nodad
for address in 10.20.40.51 10.20.40.52 10.20.40.53 203.0.113.7 203.0.113.45 203.0.113.99 203.0.113.131 \
	198.51.100.23 198.51.100.53 198.51.100.77 192.0.2.66; do
	ip -n "$ex" addr add "$address/24" dev wan0
done
ip -n "$ex" addr add 2001:db8:bad::66/64 dev wan0 nodad
ip -n "$ex" route add 10.20.30.0/24 dev wan0
ip -n "$ex" route add 2001:db8:20:30::/64 dev wan0
for net in 10.20.40.0/24 203.0.113.0/24 198.51.100.0/24 192.0.2.0/24; do
	ip -n "$in" route add "$net" dev ens19
done
ip -n "$in" route add 2001:db8:bad::/64 dev ens19

echo "services"
background "$in" python3 "$here/services.py" inside >"$work/inside"
background "$ex" python3 "$here/services.py" outside >"$work/outside"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -keyout "$work/key" -out "$work/cert" \
	-subj "/O=Nobody Trust/CN=node.cdn-telemetry.example" 2>/dev/null
background "$ex" openssl s_server -quiet -accept 203.0.113.99:443 -key "$work/key" -cert "$work/cert" -tls1_2 >/dev/null
background "$in" openssl s_server -quiet -accept 10.20.30.16:443 -key "$work/key" -cert "$work/cert" -tls1_2 >/dev/null
ssh-keygen -q -t ed25519 -N "" -f "$work/hostkey"
mkdir -p /run/sshd
# Nobody can sign in: no key is accepted and the only name allowed does not exist.
background "$in" /usr/sbin/sshd -D -e -f /dev/null -h "$work/hostkey" -o ListenAddress=10.20.30.11 -o PidFile=none \
	-o UsePAM=no -o PubkeyAuthentication=no -o AllowUsers=nobody-here -o MaxStartups=50 2>/dev/null
await "services inside" grep -q ready "$work/inside"
await "services outside" grep -q ready "$work/outside"

echo "ears"
background "$in" tcpdump -q -i ens19 -U -s 1600 -w "$work/attack.pcap" 'not (icmp6 and ip6[40] >= 130)' 2>"$work/tcpdump"
background "$in" suricata -c "$here/suricata.yaml" -S "$out/local.rules" -l "$work" -k none --af-packet=ens19 >"$work/suricata" 2>&1
await tcpdump grep -q listening "$work/tcpdump"
await suricata grep -q -i "engine started" "$work/suricata"

echo "attacks"
hosts=10.20.30.10-12,14-16,21
sweep() { outside nmap -n -sn --disable-arp-ping --send-ip -e wan0 "$@" >/dev/null 2>&1; }
sweep -PE --data-length 56 -S 203.0.113.7 $hosts
sweep -6 -PE -S 2001:db8:bad::66 2001:db8:20:30::10
sweep -PE -S 192.0.2.66 10.20.30.10,12,16
sweep -PP -S 192.0.2.66 10.20.30.10,12
scan() { outside nmap -n -Pn --max-retries 0 -e wan0 --send-ip "$@" >/dev/null; }
scan -sS -S 203.0.113.7 -p 21,22,23,25,53,80,104,110,135,139,143,389,443,445,502,993,1433,1521,3306,3389,5432,5900,6379,8080,8443,9100,27017 10.20.30.10,11
scan -sX -S 192.0.2.66 -p 22,80,443 10.20.30.10
outside ip route replace 10.20.30.12/32 dev wan0 src 203.0.113.45
scan -sV --version-light --script http-title,http-headers -p 80 10.20.30.12
outside ip route del 10.20.30.12/32 dev wan0

printf '%s\n' root admin clinic backup Winter2024 Clinic123 letmein >"$work/words"
for src in 198.51.100.23 203.0.113.45; do
	outside ip route replace 10.20.30.11/32 dev wan0 src "$src"
	outside hydra -q -I -t 3 -l reception -P "$work/words" ssh://10.20.30.11 >/dev/null 2>&1 || true
done
outside ip route del 10.20.30.11/32 dev wan0
outside python3 "$here/attacks.py" outside
inside python3 "$here/attacks.py" inside
hello() { "$1" timeout 3 openssl s_client -bind "$2:0" -connect "$3:443" -servername "$4" </dev/null >/dev/null 2>&1 || true; }
for src in 10.20.30.21 10.20.30.22 10.20.30.24; do
	hello inside "$src" 203.0.113.99 node.cdn-telemetry.example
done
hello inside 10.20.30.23 203.0.113.99 www.vendor.example
for src in 10.20.40.51 10.20.40.53 198.51.100.77; do
	hello outside "$src" 10.20.30.16 printer.clinic.example
done
sleep 12 # closed flows are told of, counters written

echo "results"
for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
wait 2>/dev/null || true
pids=()
cp "$work/attack.pcap" "$out/attack.pcap"
cp "$work/eve.json" "$out/eve.jsonl"

mkdir "$work/again"
suricata -r "$out/attack.pcap" -S "$out/local.rules" -k none -l "$work/again" -c "$here/suricata.yaml" >/dev/null 2>&1
count() { grep -c '"event_type":"alert"' "$1"; }
echo "live:    $(wc -l <"$out/eve.jsonl") events, $(count "$out/eve.jsonl") alerts, $(grep -o '"signature_id":[0-9]*' "$out/eve.jsonl" | sort -u | wc -l) rules"
echo "offline: $(wc -l <"$work/again/eve.json") events, $(count "$work/again/eve.json") alerts"
ls -l "$out"

bad=0
if [ "$(count "$out/eve.jsonl")" != "$(count "$work/again/eve.json")" ]; then
	echo "the capture does not give the alerts that were seen live" >&2
	bad=1
fi
while read -r sid; do
	if ! grep -q "\"signature_id\":$sid," "$out/eve.jsonl"; then
		echo "rule $sid did not fire" >&2
		bad=1
	fi
done < <(grep '^alert' "$out/local.rules" | grep -o 'sid:[0-9]*' | cut -d : -f 2)
[ "$bad" -eq 0 ]
