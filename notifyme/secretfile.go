package notifyme

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// ReadSecrets returns settings with each NAME_file, for a field NAME that is a secret, replaced by NAME with what that file
// holds, without the line break at its end. A relative path counts from folder. It refuses a secret that stands in settings
// itself, and a file that other users may read.
func (c Channel) ReadSecrets(settings Settings, folder string) (Settings, error) {
	filled := Settings{}
	maps.Copy(filled, settings)
	var problems []error
	for _, field := range c.Fields() {
		if !field.Secret {
			continue
		}
		if _, here := filled[field.Name]; here {
			problems = append(problems, fmt.Errorf("%s: it is a secret; write it into a file of its own and name that as %s_file", field.Name, field.Name))
			delete(filled, field.Name)
		}
		value, named := filled[field.Name+"_file"]
		if !named {
			continue
		}
		delete(filled, field.Name+"_file")
		path, ok := value.(string)
		if !ok {
			problems = append(problems, fmt.Errorf("%s_file: it is no text", field.Name))
			continue
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(folder, path)
		}
		secret, err := readSecret(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s_file: %w", field.Name, err))
			continue
		}
		filled[field.Name] = secret
	}
	return filled, errors.Join(problems...)
}

func readSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", fmt.Errorf("%s may be read by every user of this machine; chmod 600", path)
	}
	content, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(content), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return secret, nil
}
