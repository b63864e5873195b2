package store

import (
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
	for i := range store.NumMethod() {
		method := store.Method(i)
		for in := range method.Type.NumIn() {
			if method.Type.In(in) == scope {
				names = append(names, method.Name)
			}
		}
	}
	return names
}
