// Package e2e owns the tests that cross the whole path: sensor, node, core, API,
// command line. It holds no code of the product; only here do core and node meet
// outside of cmd.
package e2e
