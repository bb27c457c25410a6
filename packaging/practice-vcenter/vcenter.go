package main

import (
	"net/http"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// vcenter is the one simulated server and what this program adds to it.
type vcenter struct {
	options     *options
	certificate *certificate
	service     *simulator.Service
	registry    *simulator.Registry
	upstream    http.Handler

	switches   *switches
	leases     *leases
	policies   *policies
	faults     *faults
	privileges *privileges
	calls      *calls
	sessions   *sessions
	updates    *updates
	sizes      *sizes
}

// dispatch sees every SOAP call before upstream does. It may refuse it, or hand
// back an object that implements the method in upstream's place. Upstream lets
// a session's own lookup win over the object handed back, so the reference in
// the call is made one that no lookup finds.
func (v *vcenter) dispatch(ctx *simulator.Context, m *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	v.calls.count(m.Name)
	if ctx.Session == nil {
		return v.beforeLogin(m)
	}
	if fault := v.privileges.refuse(m); fault != nil {
		return nil, fault
	}
	storeNames(m)
	target := ctx.Map.Get(m.This)
	if order := v.faults.next(m.Name); order != nil {
		fault := order.build(m)
		if fault != nil && !order.Task {
			return nil, fault
		}
		if e, ok := target.(mo.Entity); fault != nil && ok {
			return substitute(m, &refusal{e, &problem{fault, order.Message}})
		}
	}
	object := v.implement(m, target)
	if object == nil {
		return nil, nil
	}
	return substitute(m, object)
}

func substitute(m *simulator.Method, object mo.Reference) (mo.Reference, types.BaseMethodFault) {
	m.This = types.ManagedObjectReference{Type: m.This.Type, Value: "practice:" + m.This.Value}
	return object, nil
}

// beforeLogin closes upstream's ways in without a password: any token, any
// extension certificate.
func (v *vcenter) beforeLogin(m *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	switch m.Name {
	case "LoginByToken", "LoginExtensionByCertificate":
		return nil, &types.InvalidLogin{}
	}
	if order := v.faults.next(m.Name); order != nil {
		return nil, order.build(m)
	}
	return nil, nil
}

// implement names what this program answers instead of upstream.
func (v *vcenter) implement(m *simulator.Method, target mo.Reference) mo.Reference {
	switch o := target.(type) {
	case *simulator.Folder:
		if m.Name == "CreateDVS_Task" {
			return &folder{o, v}
		}
	case *simulator.DistributedVirtualSwitch:
		return &dvs{o, v}
	case *simulator.DistributedVirtualPortgroup:
		return &portgroup{o, v}
	case *simulator.DistributedVirtualSwitchManager:
		return &switchManager{o, v}
	case *simulator.Datastore:
		if m.Name == "Rename_Task" {
			return &datastore{o}
		}
	case *simulator.AuthorizationManager:
		return &authorizationManager{o, v}
	case *simulator.OvfManager:
		return &ovfManager{o, v}
	case *simulator.ResourcePool:
		if m.Name == "ImportVApp" {
			return &pool{o, v}
		}
	case *simulator.VirtualMachine:
		if v.leases.holds(o.Self) || m.Name == "ReconfigVM_Task" {
			return &machine{o, v}
		}
	}
	return nil
}

// PutObject makes new virtual machines readable: upstream leaves two enums
// empty that a vCenter always sets (VirtualMachineRuntimeInfo.faultToleranceState
// and .recordReplayState), and typed clients cannot decode that.
func (v *vcenter) PutObject(_ *simulator.Context, object mo.Reference) {
	if t, ok := object.(*simulator.Task); ok {
		v.giveEntity(t)
	}
	if vm, ok := object.(*simulator.VirtualMachine); ok {
		vm.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		vm.Runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
		vm.Summary.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
		vm.Summary.Runtime.RecordReplayState = types.VirtualMachineRecordReplayStateInactive
	}
}

// giveEntity keeps TaskInfo.entity a managed entity, as documented: upstream's
// disk and file tasks name their manager, which typed clients cannot decode.
func (v *vcenter) giveEntity(t *simulator.Task) {
	if t.Info.Entity == nil {
		return
	}
	if _, ok := v.registry.Get(*t.Info.Entity).(mo.Entity); ok {
		return
	}
	if dc := v.registry.Any("Datacenter"); dc != nil {
		ref := dc.Reference()
		t.Info.Entity, t.Info.EntityName = &ref, nameOf(dc)
	}
}

// UpdateObject is part of simulator.RegisterObject.
func (v *vcenter) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}

// RemoveObject forgets what was kept about an object.
func (v *vcenter) RemoveObject(ctx *simulator.Context, ref types.ManagedObjectReference) {
	switch ref.Type {
	case "VirtualMachine":
		v.policies.forget(ref)
		v.detachFromPortgroups(ref)
	case "VmwareDistributedVirtualSwitch":
		v.switches.forget(ref)
	}
}

// Reference is part of simulator.RegisterObject.
func (v *vcenter) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "PracticeVcenter", Value: "practice-vcenter"}
}
