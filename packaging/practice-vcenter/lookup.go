package main

import (
	"cmp"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// sorted orders by name: the registry is a map.
func sorted(entities []mo.Entity) []mo.Entity {
	slices.SortFunc(entities, func(a, b mo.Entity) int { return cmp.Compare(nameOf(a), nameOf(b)) })
	return entities
}

// parent returns the nearest ancestor of a type, or nil.
func (v *vcenter) parent(e mo.Entity, kind string) mo.Entity {
	for e != nil && e.Entity().Parent != nil {
		above, ok := v.registry.Get(*e.Entity().Parent).(mo.Entity)
		if !ok {
			return nil
		}
		if above.Reference().Type == kind {
			return above
		}
		e = above
	}
	return nil
}

func (v *vcenter) datacenter(e mo.Entity) *simulator.Datacenter {
	dc, _ := v.parent(e, "Datacenter").(*simulator.Datacenter)
	return dc
}

func (v *vcenter) cluster(e mo.Entity) *simulator.ClusterComputeResource {
	c, _ := v.parent(e, "ClusterComputeResource").(*simulator.ClusterComputeResource)
	return c
}

// named finds a child of a folder by name.
func (v *vcenter) named(folder *simulator.Folder, name string) mo.Entity {
	return v.registry.FindByName(name, folder.ChildEntity)
}

func without(refs []types.ManagedObjectReference, gone ...types.ManagedObjectReference) []types.ManagedObjectReference {
	left := make([]types.ManagedObjectReference, 0, len(refs))
	for _, ref := range refs {
		if !slices.Contains(gone, ref) {
			left = append(left, ref)
		}
	}
	return left
}

func with(refs []types.ManagedObjectReference, more ...types.ManagedObjectReference) []types.ManagedObjectReference {
	all := slices.Clone(refs)
	for _, ref := range more {
		if !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	return all
}
