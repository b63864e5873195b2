//go:build unix

package notifyme

import (
	"os/exec"
	"syscall"
)

// killWhole makes a cancel reach the program's children too.
func killWhole(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
