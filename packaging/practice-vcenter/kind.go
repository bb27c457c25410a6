package main

import (
	"reflect"
	_ "unsafe" // for go:linkname

	"github.com/vmware/govmomi/vim25/mo"
)

// objectTypes is govmomi's table of managed object types. A vCenter's switches
// are of type VmwareDistributedVirtualSwitch, but upstream keeps them as the
// base type, and changing a property of one would panic: the table describes
// the nested structure of the subclass. The subclass has no properties of its
// own, so its entry can be that of the base.
//
//go:linkname objectTypes github.com/vmware/govmomi/vim25/mo.t
var objectTypes map[string]reflect.Type

func init() {
	objectTypes["VmwareDistributedVirtualSwitch"] = reflect.TypeFor[mo.DistributedVirtualSwitch]()
}
