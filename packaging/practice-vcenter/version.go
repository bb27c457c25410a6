package main

import (
	"strconv"
	"strings"
)

// switchVersions are the distributed switch versions a vCenter 8.0 U3 offers,
// in ascending order; 9.0.0 only from a vCenter 9 on.
var switchVersions = []struct {
	name        string
	recommended bool
}{
	{"7.0.0", true},
	{"7.0.2", false},
	{"7.0.3", true},
	{"8.0.0", true},
	{"8.0.3", true},
	{"9.0.0", true},
}

// olderThan compares dotted version numbers; missing parts count as zero.
func olderThan(left, right string) bool {
	a, b := strings.Split(left, "."), strings.Split(right, ".")
	for i := 0; i < max(len(a), len(b)); i++ {
		x, y := versionPart(a, i), versionPart(b, i)
		if x != y {
			return x < y
		}
	}
	return false
}

func versionPart(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
