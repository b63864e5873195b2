package opsme

import (
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestASessionThatIsNeverAnsweredEndsWithItsConnection(t *testing.T) {
	over, never := make(chan struct{}), make(chan struct{})
	defer close(never)
	close(over)
	session, err := opened(over, func() (*ssh.Session, error) {
		<-never
		return nil, nil
	})
	if session != nil || err == nil {
		t.Errorf("opened %v, %v of a connection that is over", session, err)
	}
}
