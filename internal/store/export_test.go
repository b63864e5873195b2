package store

import (
	"context"
	"reflect"

	"github.com/socme-project/socme/soc"
)

// Exec runs a statement behind the store's back.
func Exec(s *Store, statement string, args ...any) error {
	return s.write.Exec(statement, args...).Error
}

// ScopedMethods lists the methods of Store that take a soc.Scope.
func ScopedMethods() []string {
	var names []string
	scope := reflect.TypeFor[soc.Scope]()
	store := reflect.TypeFor[*Store]()
	for method := range store.Methods() {
		for in := range method.Type.Ins() {
			if in == scope {
				names = append(names, method.Name)
			}
		}
	}
	return names
}

// FillNameKeys is what Open does for names of before.
func FillNameKeys(ctx context.Context, s *Store) error { return s.fillNameKeys(ctx) }
