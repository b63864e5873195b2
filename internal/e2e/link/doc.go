// Package link owns the test of a node that reaches its core over a bad link: late,
// lossy, and cut now and then. It takes minutes of waiting, so it is a package of its
// own that runs beside the others. It holds no code of the product.
package link
