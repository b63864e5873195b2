package phone_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/socme-project/socme/notifyme"
	"github.com/socme-project/socme/notifyme/phone"
)

func Example() {
	n := phone.Phone{Server: "127.0.0.1:9", Transport: "tcp", User: "soc", Password: "…", To: "+4915112345678", Speaker: &tone{}} // nobody is there
	receipt, err := n.Notify(context.Background(), notifyme.Message{Title: "Node acme gate is down"})
	switch {
	case receipt.Acknowledged:
		fmt.Println("somebody pressed 1")
	case errors.Is(err, phone.ErrBusy), errors.Is(err, phone.ErrNoAnswer), errors.Is(err, phone.ErrNotAcknowledged):
		fmt.Println("call the next one")
	default:
		fmt.Println(notifyme.OutcomeOf(err))
	}
	// Output: temporary
}
