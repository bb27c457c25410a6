package main

import (
	"slices"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// datastore can be renamed (vSphere Web Services API,
// ManagedEntity.Rename_Task); upstream's cannot.
type datastore struct {
	*simulator.Datastore
}

func (d *datastore) RenameTask(ctx *simulator.Context, req *types.Rename_Task) soap.HasFault {
	req.This = d.Self
	d.Summary.Name = req.NewName
	d.Info.GetDatastoreInfo().Name = req.NewName
	return simulator.RenameTask(ctx, d.Datastore, req)
}

// mount is an order of the control endpoint: how a host has a datastore, and
// what the datastore says of itself.
type mount struct {
	Datastore  string `json:"datastore"`
	Host       string `json:"host"`
	Access     string `json:"access"`
	Accessible *bool  `json:"accessible"`
	Shared     *bool  `json:"shared"`
	Free       *int64 `json:"free"`
}

// apply changes what the order names; access "none" takes the host away.
func (m *mount) apply(v *vcenter) bool {
	store, ok := v.byName("Datastore", m.Datastore).(*simulator.Datastore)
	if !ok {
		return false
	}
	if m.Shared != nil {
		store.Summary.MultipleHostAccess = m.Shared
	}
	if m.Free != nil {
		store.Summary.FreeSpace = *m.Free
	}
	if m.Host == "" {
		return true
	}
	host, ok := v.byName("HostSystem", m.Host).(*simulator.HostSystem)
	if !ok {
		return false
	}
	if m.Access == "none" {
		store.Host = slices.DeleteFunc(slices.Clone(store.Host),
			func(row types.DatastoreHostMount) bool { return row.Key == host.Self })
		host.Datastore = without(host.Datastore, store.Self)
		return true
	}
	for i := range store.Host {
		row := &store.Host[i]
		if row.Key != host.Self {
			continue
		}
		if m.Access != "" {
			row.MountInfo.AccessMode = m.Access
		}
		if m.Accessible != nil {
			row.MountInfo.Accessible = m.Accessible
		}
	}
	return true
}

func (v *vcenter) byName(kind, name string) mo.Entity {
	for _, e := range v.registry.All(kind) {
		if nameOf(e) == name {
			return e
		}
	}
	return nil
}

// writes says whether a machine on the host can have its files on the datastore
// (vSphere Web Services API, HostMountInfo).
func writes(store *simulator.Datastore, host types.ManagedObjectReference) bool {
	for _, row := range store.Host {
		info := row.MountInfo
		if row.Key == host {
			return info.AccessMode == string(types.HostMountModeReadWrite) &&
				(info.Mounted == nil || *info.Mounted) && (info.Accessible == nil || *info.Accessible)
		}
	}
	return false
}

// checkHost refuses a host that cannot write to the datastore, and without DRS
// an import without a host, as ResourcePool.ImportVApp is documented.
func (p *pool) checkHost(config *types.VirtualMachineConfigSpec, host *types.ManagedObjectReference) *problem {
	cluster := p.v.cluster(p.ResourcePool)
	if host == nil {
		if cluster == nil {
			return nil
		}
		if on := cluster.ConfigurationEx.(*types.ClusterConfigInfoEx).DrsConfig.Enabled; on == nil || !*on {
			return invalid("host", "A host is needed in a cluster without DRS.")
		}
		return nil
	}
	var place object.DatastorePath
	if config.Files == nil || !place.FromString(config.Files.VmPathName) {
		return nil
	}
	store, ok := p.v.byName("Datastore", place.Datastore).(*simulator.Datastore)
	if ok && !writes(store, *host) {
		return &problem{&types.InvalidDatastore{Datastore: &store.Self, Name: store.Name},
			"The datastore '" + store.Name + "' is not accessible from the host."}
	}
	return nil
}

var _ mo.Entity = (*datastore)(nil)
