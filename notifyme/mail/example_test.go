package mail_test

import (
	"context"
	"fmt"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/mail"
)

func Example() {
	n := mail.Mail{
		Host: "mail.example.org", User: "soc", Password: "…", Security: "none", // starttls is the default
		From: "SOC <soc@example.org>", To: []string{"ann@example.org"},
	}
	_, err := n.Notify(context.Background(), notifyme.Message{Title: "Node down", Text: "acme-gate is silent.", Thread: "node/acme-gate"})
	fmt.Println(err)
	// Output: mail: permanent: security none would send the password in the clear
}
