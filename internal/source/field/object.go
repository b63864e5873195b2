package field

import (
	"strings"

	"github.com/socme-project/socme/soc"
)

func (s Slot) fillFile(a *soc.Alert, text string) bool {
	var file soc.File
	if a.File != nil {
		file = *a.File
	}
	told := false
	switch s {
	case FilePath:
		told = !IsRegistry(text) && putPath(&file.Path, single(text))
	case FileSHA256:
		told = hash(&file.SHA256, text, 64)
	case FileSHA1:
		told = hash(&file.SHA1, text, 40)
	case FileMD5:
		told = hash(&file.MD5, text, 32)
	}
	if told && a.File == nil {
		a.File = new(soc.File)
	}
	if told {
		*a.File = file
	}
	return told
}

// IsRegistry says whether a path leads into the registry of Windows.
func IsRegistry(path string) bool {
	return strings.HasPrefix(path, "HKEY_") || strings.HasPrefix(path, `\REGISTRY\`)
}

// single undoes the doubling of backslashes with which Wazuh hands on what Windows
// wrote: C:\\Windows\\notepad.exe. Defender's "file:_" goes, too.
func single(text string) string {
	text = strings.TrimPrefix(text, "file:_")
	if strings.Contains(text, `:\\`) || strings.HasPrefix(text, `\\\\`) {
		return undoubled(text)
	}
	return text
}

// account is the name of a user, of whom no backslash is double: CORP\alice.
func account(text string) string { return undoubled(strings.TrimSpace(text)) }

func undoubled(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, `\\`, `\`), `\"`, `"`)
}

func hash(at *string, text string, digits int) bool {
	if len(text) != digits || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return false
	}
	return put(at, strings.ToLower(text))
}

func (s Slot) fillProcess(a *soc.Alert, text string) bool {
	if text == "" {
		return false
	}
	if a.Process == nil {
		a.Process = new(soc.Process)
	}
	p := a.Process
	if s != ProcessID {
		text = single(text)
	}
	switch s {
	case ProcessPath:
		return putPath(&p.Path, text)
	case ProcessID:
		return put(&p.ID, text)
	case ProcessCommand:
		return put(&p.Command, text)
	case ProcessArgument:
		if p.Command != "" {
			text = p.Command + " " + text
		}
		p.Command = Clip(text, MaxText)
		return true
	case ProcessArguments:
		if p.Command == "" {
			p.Command = Clip(text, MaxText)
		}
		return true
	case ProcessParent:
		return putPath(&p.Parent, text)
	case ProcessParentCommand:
		return put(&p.ParentCommand, text)
	}
	return false
}

// hashes are those of the file that the event is about, or, where it names none, of
// the program itself.
func hashes(a *soc.Alert, d *Details, text string) bool {
	file := a.File != nil && a.File.Path != ""
	told := false
	for part := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found {
			continue
		}
		told = true
		name = strings.ToLower(name)
		slot := map[string]Slot{"sha256": FileSHA256, "sha1": FileSHA1, "md5": FileMD5}[name]
		if file && slot != Detail && slot.fillFile(a, value) {
			continue
		}
		if !file {
			name = "process " + name
		}
		d.Add(Clip(name, 64), strings.ToLower(value))
	}
	return told
}
