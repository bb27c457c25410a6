package main

import (
	"cmp"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// AddDVPortgroupTask checks what upstream stores unseen (vSphere Web Services
// API, DistributedVirtualSwitch.AddDVPortgroup_Task): VLAN ids are 0 to 4094.
func (d *dvs) AddDVPortgroupTask(ctx *simulator.Context, req *types.AddDVPortgroup_Task) soap.HasFault {
	for _, spec := range req.Spec {
		if p := checkPortgroup(spec); p != nil {
			t := startTask(ctx, d.DistributedVirtualSwitch, "addPortgroups")
			t.finish(nil, p)
			return &methods.AddDVPortgroup_TaskBody{Res: &types.AddDVPortgroup_TaskResponse{Returnval: t.Self}}
		}
	}
	return d.DistributedVirtualSwitch.AddDVPortgroupTask(ctx, req)
}

func checkPortgroup(spec types.DVPortgroupConfigSpec) *problem {
	if spec.Name == "" {
		return &problem{&types.InvalidName{}, "The name of the port group is missing."}
	}
	kinds := []string{"earlyBinding", "lateBinding", "ephemeral"}
	if !slices.Contains(kinds, spec.Type) {
		return invalid("spec.type", "One of earlyBinding, lateBinding, ephemeral is expected.")
	}
	setting, ok := spec.DefaultPortConfig.(*types.VMwareDVSPortSetting)
	if !ok {
		return nil
	}
	var ranges []types.NumericRange
	switch vlan := setting.Vlan.(type) {
	case *types.VmwareDistributedVirtualSwitchVlanIdSpec:
		ranges = []types.NumericRange{{Start: vlan.VlanId, End: vlan.VlanId}}
	case *types.VmwareDistributedVirtualSwitchTrunkVlanSpec:
		ranges = vlan.VlanId
	}
	for _, r := range ranges {
		if r.Start < 0 || r.End > 4094 || r.Start > r.End {
			return invalid("spec.defaultPortConfig.vlan.vlanId", "Between 0 and 4094 is expected.")
		}
	}
	return nil
}

// portgroup refuses to disappear under a virtual machine (vSphere Web Services
// API, ManagedEntity.Destroy_Task: ResourceInUse).
type portgroup struct {
	*simulator.DistributedVirtualPortgroup
	v *vcenter
}

func (g *portgroup) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	var p *problem
	if g.Config.Uplink != nil && *g.Config.Uplink {
		p = &problem{&types.NotSupported{}, "The uplink port group cannot be removed."}
	}
	for _, e := range ctx.Map.All("VirtualMachine") {
		vm := e.(*simulator.VirtualMachine)
		if slices.Contains(vm.Network, g.Self) {
			p = &problem{&types.ResourceInUse{Type: g.Self.Type, Name: nameOf(g.DistributedVirtualPortgroup)},
				"The resource '" + nameOf(g.DistributedVirtualPortgroup) + "' is in use by " + vm.Name + "."}
		}
	}
	if p == nil {
		return g.DistributedVirtualPortgroup.DestroyTask(ctx, req)
	}
	t := startTask(ctx, g.DistributedVirtualPortgroup, "destroy")
	t.finish(nil, p)
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: t.Self}}
}

// ReconfigureDVPortgroupTask changes what the specification names and keeps the
// rest (vSphere Web Services API, DVPortgroupConfigSpec: unset is unchanged);
// upstream empties it.
func (g *portgroup) ReconfigureDVPortgroupTask(ctx *simulator.Context, req *types.ReconfigureDVPortgroup_Task) soap.HasFault {
	spec, now := &req.Spec, g.Config
	spec.Name = cmp.Or(spec.Name, now.Name)
	spec.NumPorts = cmp.Or(spec.NumPorts, now.NumPorts)
	spec.Type = cmp.Or(spec.Type, now.Type)
	spec.Description = cmp.Or(spec.Description, now.Description)
	spec.PortNameFormat = cmp.Or(spec.PortNameFormat, now.PortNameFormat)
	spec.BackingType = cmp.Or(spec.BackingType, now.BackingType)
	spec.AutoExpand = cmp.Or(spec.AutoExpand, now.AutoExpand)
	if spec.DefaultPortConfig == nil {
		spec.DefaultPortConfig = now.DefaultPortConfig
	}
	if spec.Policy == nil {
		spec.Policy = now.Policy
	}
	if p := checkPortgroup(*spec); p != nil {
		t := startTask(ctx, g.DistributedVirtualPortgroup, "reconfigure")
		t.finish(nil, p)
		return &methods.ReconfigureDVPortgroup_TaskBody{Res: &types.ReconfigureDVPortgroup_TaskResponse{Returnval: t.Self}}
	}
	return g.DistributedVirtualPortgroup.ReconfigureDVPortgroupTask(ctx, req)
}

// attachToPortgroups fills DistributedVirtualPortgroup.vm, which upstream
// leaves empty.
func (v *vcenter) attachToPortgroups(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	for _, e := range ctx.Map.All("DistributedVirtualPortgroup") {
		pg := e.(*simulator.DistributedVirtualPortgroup)
		vms := without(pg.Vm, vm.Self)
		if slices.Contains(vm.Network, pg.Self) {
			vms = with(pg.Vm, vm.Self)
		}
		if len(vms) != len(pg.Vm) {
			ctx.Update(pg, []types.PropertyChange{{Name: "vm", Val: vms}})
		}
	}
}

func (v *vcenter) detachFromPortgroups(vm types.ManagedObjectReference) {
	for _, e := range v.registry.All("DistributedVirtualPortgroup") {
		pg := e.(*simulator.DistributedVirtualPortgroup)
		if slices.Contains(pg.Vm, vm) {
			pg.Vm = without(pg.Vm, vm)
		}
	}
}
