package notifyme

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// SMSTools hands a short message to smsd of SMS Server Tools 3, as a file in its folder of outgoing messages. That smsd
// took it over, and not that it was sent, is what the receipt says; its ID is the file's name.
type SMSTools struct {
	Folder string `form:"folder" default:"/var/spool/sms/outgoing" help:"smsd's folder of outgoing messages"`
	To     string `form:"to,required" help:"number in international form, such as +4915112345678"`
	Queue  string `form:"queue" help:"name of a provider queue"`
	Flash  bool   `form:"flash" help:"show at once what is critical, without opening it"`
	Parts  int    `form:"parts" default:"3" help:"most short messages for one text"`
}

// Notify writes m. A folder that is missing or closed to us is permanent, a full disk is temporary.
func (n SMSTools) Notify(ctx context.Context, m Message) (Receipt, error) {
	if err := Ready("smstools", &n, m); err != nil {
		return Receipt{}, err
	}
	if !number.MatchString(n.To) {
		return Receipt{}, Fail("smstools", Permanent, "to: it is no number in international form, such as +4915112345678")
	}
	if ctx.Err() != nil {
		return Receipt{}, Broken("smstools", ctx.Err())
	}
	text, cut := cutSMS(m, n.Parts)
	var b strings.Builder
	fmt.Fprintf(&b, "To: %s\nAlphabet: UTF-8\n", strings.TrimPrefix(n.To, "+"))
	if n.Queue != "" {
		fmt.Fprintf(&b, "Queue: %s\n", n.Queue)
	}
	if n.Flash && m.Severity == Critical {
		b.WriteString("Flash: yes\n")
	}
	b.WriteString("\n" + text)
	name := "notifyme-" + m.Name()
	// Beside the folder first: smsd takes whatever lies in it, finished or not.
	part := filepath.Join(filepath.Dir(filepath.Clean(n.Folder)), "."+name)
	err := os.WriteFile(part, []byte(b.String()), 0o660) //nolint:gosec // smsd runs as another user of our group
	if err == nil {
		err = os.Rename(part, filepath.Join(n.Folder, name))
	}
	if err != nil {
		_ = os.Remove(part)
		outcome := Temporary
		if os.IsNotExist(err) || os.IsPermission(err) {
			outcome = Permanent
		}
		return Receipt{}, Fail("smstools", outcome, err.Error())
	}
	return Receipt{ID: name, At: time.Now().UTC(), Cut: cut}, nil
}
