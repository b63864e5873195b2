#!/bin/bash
# Records a smaller example client: site.sh shop, site.sh factory. Two network namespaces joined by a cable, the
# client's own traffic and attacks (CLIENT.py) between them, real Suricata listening live with
# internal/demo/recording/CLIENT/local.rules. Writes attack.pcap and eve.jsonl beside the rules, and wazuh.jsonl.
# Needs root, suricata 7, tcpdump, python3. Nothing leaves the namespaces.
set -eu
cd "$(dirname "$0")/../.."
client=$1
out=internal/demo/recording/$client
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

for program in suricata tcpdump python3 ip; do
	command -v "$program" >/dev/null || { echo "site.sh needs $program" >&2; exit 1; }
done
# Straight to ip, not through a function: the id must be the program's, or it would outlive us.
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
play() { python3 "$here/$client.py" "$@"; }

echo "cable and addresses"
ip netns add "$in"
ip netns add "$ex"
ip -n "$in" link add ens19 type veth peer name wan0 netns "$ex"
for side in "$in:ens19" "$ex:wan0"; do
	ip netns exec "${side%%:*}" sysctl -q -w "net.ipv6.conf.${side##*:}.disable_ipv6=1" net.ipv4.icmp_ratelimit=0
	ip -n "${side%%:*}" link set lo up
	ip -n "${side%%:*}" link set "${side##*:}" gso_max_size 1400 gso_max_segs 1 up
done
for address in $(play hosts inside); do
	ip -n "$in" addr add "$address/24" dev ens19
	ip -n "$ex" route replace "${address%.*}.0/24" dev wan0
done
for address in $(play hosts outside); do
	ip -n "$ex" addr add "$address/24" dev wan0
	ip -n "$in" route replace "${address%.*}.0/24" dev ens19
done

echo "services"
background "$in" python3 "$here/$client.py" serve inside >"$work/inside"
background "$ex" python3 "$here/$client.py" serve outside >"$work/outside"
await "services inside" grep -q ready "$work/inside"
await "services outside" grep -q ready "$work/outside"

ears=(-c "$here/suricata.yaml" -S "$out/local.rules" -k none --set "vars.address-groups.HOME_NET=$(play home)"
	--set app-layer.protocols.modbus.enabled=yes
	--set app-layer.protocols.dnp3.enabled=yes --set app-layer.protocols.dnp3.detection-ports.dp=20000
	--set app-layer.protocols.enip.enabled=yes --set app-layer.protocols.enip.detection-ports.dp=44818)
background "$in" tcpdump -q -i ens19 -U -s 1600 -w "$work/attack.pcap" ip 2>"$work/tcpdump"
background "$in" suricata "${ears[@]}" -l "$work" --af-packet=ens19 >"$work/suricata" 2>&1
await tcpdump grep -q listening "$work/tcpdump"
await suricata grep -q -i "engine started" "$work/suricata"

echo "traffic and attacks"
ip netns exec "$ex" python3 "$here/$client.py" attack outside
ip netns exec "$in" python3 "$here/$client.py" attack inside
sleep 12 # closed flows are told of, counters written

echo "results"
for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
wait 2>/dev/null || true
pids=()
grep -v '^Info' "$work/suricata" >&2 || true
cp "$work/attack.pcap" "$out/attack.pcap"
cp "$work/eve.json" "$out/eve.jsonl"
python3 "$here/${client}_wazuh.py" >"$out/wazuh.jsonl"

mkdir "$work/again"
suricata -r "$out/attack.pcap" "${ears[@]}" -l "$work/again" >/dev/null 2>&1
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
