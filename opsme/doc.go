// Package opsme runs things on a fleet of machines over SSH.
package opsme
