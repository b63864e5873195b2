// Package field owns the reading of a sensor's JSON line where it lies: it checks the
// line against the grammar as strictly as encoding/json does, and then hands out the
// fields that a parser asks for, however odd their type is. Nothing is copied until
// its text is wanted, since nearly all that a sensor writes is never looked at.
//
// It knows no sensor's format and must import nothing of ours but soc.
package field
