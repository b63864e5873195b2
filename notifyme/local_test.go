package notifyme_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/notifytest"
)

const noNetwork = "nothing of the kind can happen to a file or a program of this machine"

func TestCommand(t *testing.T) {
	scripts := map[notifytest.Behaviour]string{
		notifytest.Accept: `cat > "$DIR/in"; printf '%s\n%s' "$NOTIFYME_TITLE" "$NOTIFYME_SEVERITY" > "$DIR/env"; echo "$@" > "$DIR/args"; echo id-1`,
		notifytest.Refuse: `echo "no: $NOTIFYME_TOKEN" >&2; exit 1`,
		notifytest.Fail:   `echo "later: $NOTIFYME_TOKEN" >&2; exit 75`,
		notifytest.Hang:   `sleep 60 & sleep 60`,
		notifytest.Reset:  `kill -9 $$`,
	}
	notifytest.Run(t, notifytest.Subject{
		Kind: "command", Secrets: []string{"commandsecret14"}, ID: "id-1",
		Want: map[notifytest.Behaviour]notifyme.Outcome{notifytest.Reset: notifyme.Permanent},
		Lacks: map[notifytest.Behaviour]string{
			notifytest.Unauthorized: noNetwork, notifytest.Limit: noNetwork, notifytest.BadTLS: noNetwork,
		},
		Start: func(t *testing.T, b notifytest.Behaviour) (notifyme.Notifier, func() delivery) {
			dir := t.TempDir()
			file := filepath.Join(dir, "tell")
			write(t, file, "#!/bin/sh\nDIR="+dir+"\n"+scripts[b]+"\n", 0o700)
			return notifyme.Command{Program: file, Args: []string{"--to", "soc"}, Token: "commandsecret14"}, func() delivery {
				in, env := read(t, filepath.Join(dir, "in")), read(t, filepath.Join(dir, "env"))
				return delivery{
					Wire:  read(t, filepath.Join(dir, "args")) + env + "\n" + in + "\n",
					Title: firstLine(env), Body: text(decode([]byte(in)), "text"),
				}
			}
		},
	})
}

func TestSMSTools(t *testing.T) {
	lacks := map[notifytest.Behaviour]string{}
	for b := notifytest.Unauthorized; b <= notifytest.BadTLS; b++ {
		lacks[b] = noNetwork
	}
	notifytest.Run(t, notifytest.Subject{
		Kind: "smstools", Lacks: lacks, ID: "notifyme-" + notifytest.Message().Name(), Limit: 3 * 67, Unit: notifyme.UTF16s,
		Start: func(t *testing.T, b notifytest.Behaviour) (notifyme.Notifier, func() delivery) {
			spool := t.TempDir()
			folder := filepath.Join(spool, "outgoing")
			if b == notifytest.Accept {
				if err := os.Mkdir(folder, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			return notifyme.SMSTools{Folder: folder, To: "+4915112345678", Queue: "D1", Flash: true}, func() delivery {
				left, _ := os.ReadDir(spool)
				files, err := os.ReadDir(folder)
				if err != nil || len(files) != 1 || len(left) != 1 {
					t.Fatalf("the folder holds %v, its parent %v, %v; want one file and nothing beside", files, left, err)
				}
				content := read(t, filepath.Join(folder, files[0].Name()))
				_, sms, _ := strings.Cut(content, "\n\n")
				return delivery{Wire: content, Title: firstLine(sms), Body: sms}
			}
		},
	})
}

func write(t *testing.T, file, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
