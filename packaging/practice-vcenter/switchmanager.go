package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// switchManager adds the queries of the vSphere Web Services API,
// DistributedVirtualSwitchManager, that a client needs to choose a version.
type switchManager struct {
	*simulator.DistributedVirtualSwitchManager
	v *vcenter
}

func productSpec(version string) types.DistributedVirtualSwitchProductSpec {
	return types.DistributedVirtualSwitchProductSpec{
		Name: "DVS", Vendor: "VMware, Inc.", Version: version, ForwardingClass: "etherswitch",
	}
}

// offered lists the versions this vCenter can create; recommended as in
// QueryAvailableDvsSpec: true only the recommended ones, false only the others,
// unset all.
func (v *vcenter) offered(recommended *bool) []string {
	var names []string
	for _, version := range switchVersions {
		if olderThan(v.options.aboutVersion, version.name) {
			continue
		}
		if recommended == nil || *recommended == version.recommended {
			names = append(names, version.name)
		}
	}
	return names
}

// offers tells whether a switch of that version can be made; the empty version
// stands for the newest.
func (v *vcenter) offers(version string) (string, bool) {
	names := v.offered(nil)
	if version == "" && len(names) > 0 {
		return names[len(names)-1], true
	}
	for _, name := range names {
		if name == version {
			return name, true
		}
	}
	return "", false
}

func (m *switchManager) QueryAvailableDvsSpec(req *types.QueryAvailableDvsSpec) soap.HasFault {
	var specs []types.DistributedVirtualSwitchProductSpec
	for _, name := range m.v.offered(req.Recommended) {
		specs = append(specs, productSpec(name))
	}
	return &methods.QueryAvailableDvsSpecBody{Res: &types.QueryAvailableDvsSpecResponse{Returnval: specs}}
}

// supports: a host carries switches up to its own version.
func supports(host *simulator.HostSystem, version string) bool {
	product := host.Config.Product
	return !olderThan(product.Version, version)
}

// contained lists the hosts under a container.
func (v *vcenter) contained(container types.ManagedObjectReference, recursive bool) []*simulator.HostSystem {
	var hosts []*simulator.HostSystem
	for _, e := range sorted(v.registry.All("HostSystem")) {
		host := e.(*simulator.HostSystem)
		parent := host.Parent
		if host.Self == container {
			hosts = append(hosts, host)
			continue
		}
		for parent != nil {
			if *parent == container {
				hosts = append(hosts, host)
				break
			}
			if !recursive {
				break
			}
			parent = v.registry.Get(*parent).(mo.Entity).Entity().Parent
		}
	}
	return hosts
}

func compatible(hosts []*simulator.HostSystem, version string) []types.ManagedObjectReference {
	var refs []types.ManagedObjectReference
	for _, host := range hosts {
		if supports(host, version) {
			refs = append(refs, host.Self)
		}
	}
	return refs
}

func (m *switchManager) QueryCompatibleHostForNewDvs(req *types.QueryCompatibleHostForNewDvs) soap.HasFault {
	body := new(methods.QueryCompatibleHostForNewDvsBody)
	wanted := ""
	if req.SwitchProductSpec != nil {
		wanted = req.SwitchProductSpec.Version
	}
	version, ok := m.v.offers(wanted)
	if !ok {
		body.Fault_ = simulator.Fault("This switch version is not supported.", &types.InvalidArgument{InvalidProperty: "switchProductSpec"})
		return body
	}
	if m.v.registry.Get(req.Container) == nil {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Container})
		return body
	}
	body.Res = &types.QueryCompatibleHostForNewDvsResponse{
		Returnval: compatible(m.v.contained(req.Container, req.Recursive), version)}
	return body
}

func (m *switchManager) QueryCompatibleHostForExistingDvs(req *types.QueryCompatibleHostForExistingDvs) soap.HasFault {
	body := new(methods.QueryCompatibleHostForExistingDvsBody)
	s, ok := m.v.registry.Get(req.Dvs).(*simulator.DistributedVirtualSwitch)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Dvs})
		return body
	}
	var hosts []*simulator.HostSystem
	for _, host := range m.v.contained(req.Container, req.Recursive) {
		if m.v.datacenter(host) == m.v.datacenter(s) {
			hosts = append(hosts, host)
		}
	}
	body.Res = &types.QueryCompatibleHostForExistingDvsResponse{
		Returnval: compatible(hosts, s.Summary.ProductInfo.Version)}
	return body
}

func (m *switchManager) QueryDvsByUuid(req *types.QueryDvsByUuid) soap.HasFault {
	body := &methods.QueryDvsByUuidBody{Res: new(types.QueryDvsByUuidResponse)}
	for _, e := range m.v.registry.All("VmwareDistributedVirtualSwitch") {
		if s := e.(*simulator.DistributedVirtualSwitch); s.Uuid == req.Uuid {
			body.Res.Returnval = &s.Self
		}
	}
	return body
}

// DVSManagerLookupDvPortGroup: upstream's looks only among switches of the
// base type.
func (m *switchManager) DVSManagerLookupDvPortGroup(req *types.DVSManagerLookupDvPortGroup) soap.HasFault {
	body := new(methods.DVSManagerLookupDvPortGroupBody)
	for _, e := range m.v.registry.All("VmwareDistributedVirtualSwitch") {
		s := e.(*simulator.DistributedVirtualSwitch)
		for _, ref := range s.Portgroup {
			if s.Uuid == req.SwitchUuid && ref.Value == req.PortgroupKey {
				body.Res = &types.DVSManagerLookupDvPortGroupResponse{Returnval: &ref}
				return body
			}
		}
	}
	body.Fault_ = simulator.Fault("", new(types.NotFound))
	return body
}
