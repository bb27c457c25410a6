package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// pool imports under a lease of ours (vSphere Web Services API,
// ResourcePool.ImportVApp); the virtual machine itself is made by upstream.
type pool struct {
	*simulator.ResourcePool
	v *vcenter
}

// pool returns a resource pool, or nil.
func (v *vcenter) pool(ref types.ManagedObjectReference) *pool {
	p, ok := v.registry.Get(ref).(*simulator.ResourcePool)
	if !ok {
		return nil
	}
	return &pool{p, v}
}

func (p *pool) ImportVApp(ctx *simulator.Context, req *types.ImportVApp) soap.HasFault {
	lease, fault := p.start(ctx, req)
	if fault != nil {
		return &methods.ImportVAppBody{Fault_: simulator.Fault(fault.message, fault.fault)}
	}
	return &methods.ImportVAppBody{Res: &types.ImportVAppResponse{Returnval: lease.Self}}
}

// start checks the call and goes on in the background.
func (p *pool) start(ctx *simulator.Context, req *types.ImportVApp) (*HttpNfcLease, *problem) {
	spec, ok := req.Spec.(*types.VirtualMachineImportSpec)
	if !ok {
		return nil, invalid("spec", "A VirtualMachineImportSpec is expected.")
	}
	ref := p.v.datacenter(p.ResourcePool).VmFolder
	if req.Folder != nil {
		ref = *req.Folder
	}
	folder, ok := ctx.Map.Get(ref).(*simulator.Folder)
	if !ok {
		return nil, &problem{&types.ManagedObjectNotFound{Obj: ref}, "The folder does not exist."}
	}
	if !slices.Contains(folder.ChildType, "VirtualMachine") || p.v.datacenter(folder) != p.v.datacenter(p.ResourcePool) {
		return nil, invalid("folder", "A virtual machine folder of the same datacenter is expected.")
	}
	if req.Host != nil {
		host, ok := ctx.Map.Get(*req.Host).(*simulator.HostSystem)
		if !ok {
			return nil, &problem{&types.ManagedObjectNotFound{Obj: *req.Host}, "The host does not exist."}
		}
		if p.v.cluster(host) != p.v.cluster(p.ResourcePool) {
			return nil, invalid("host", "The host is not in the cluster of the resource pool.")
		}
	}
	lease := newLease(ctx, p.v)
	lease.task = startTask(ctx, p.ResourcePool, "ImportVAppLRO")
	go p.create(lease, folder, spec, req.Host)
	return lease, nil
}

func (p *pool) create(lease *HttpNfcLease, folder *simulator.Folder, spec *types.VirtualMachineImportSpec, host *types.ManagedObjectReference) {
	config := &spec.ConfigSpec
	wrong := p.check(folder, config)
	if wrong == nil {
		wrong = p.checkHost(config, host)
	}
	if wrong != nil {
		lease.fail(wrong)
		return
	}
	own := *lease.ctx
	create := &types.CreateVM_Task{This: folder.Self, Config: *config, Pool: p.Self, Host: host}
	leftovers := p.v.freshFolder(config)
	if strings.Contains(config.Name, "%") {
		// Upstream, escaping a name, doubles every list of the specification;
		// so the machine comes into being under a name that needs no escape.
		var place object.DatastorePath
		if config.Files != nil && place.FromString(config.Files.VmPathName) && place.Path == "" {
			place.Path = config.Name + "/" + config.Name + ".vmx"
			create.Config.Files = &types.VirtualMachineFileInfo{VmPathName: place.String()}
		}
		create.Config.Name = strings.ReplaceAll(config.Name, "%", "~")
	}
	res := folder.CreateVMTask(&own, create)
	info := waitFor(&own, res.(*methods.CreateVM_TaskBody).Res.Returnval)
	if info.Error != nil {
		if leftovers != "" {
			_ = os.RemoveAll(leftovers)
		}
		lease.fail(&problem{info.Error.Fault, "The virtual machine could not be created: " + info.Error.LocalizedMessage})
		return
	}
	vm := own.Map.Get(info.Result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
	own.WithLock(vm, func() {
		if vapp, ok := config.VAppConfig.(*types.VAppConfigSpec); ok && vm.Config.VAppConfig != nil {
			kept := vm.Config.VAppConfig.GetVmConfigInfo()
			kept.Eula = vapp.Eula
			kept.OvfEnvironmentTransport = vapp.OvfEnvironmentTransport
		}
		label(vm)
		if vm.Name != config.Name {
			own.Update(vm, []types.PropertyChange{{Name: "name", Val: config.Name},
				{Name: "config.name", Val: config.Name}, {Name: "summary.config.name", Val: config.Name}})
		}
	})
	p.v.policies.record(vm, config)
	p.v.attachToPortgroups(&own, vm)
	lease.open(vm)
}

// freshFolder is where the virtual machine's files will be, if nothing is there
// yet. A creation that fails leaves its files there upstream, and the name could
// never be used again.
func (v *vcenter) freshFolder(config *types.VirtualMachineConfigSpec) string {
	var place object.DatastorePath
	if config.Files == nil || !place.FromString(config.Files.VmPathName) || place.Path != "" {
		return ""
	}
	for _, e := range v.registry.All("Datastore") {
		store := e.(*simulator.Datastore)
		if store.Name != place.Datastore || filepath.Base(config.Name) != config.Name {
			continue
		}
		dir := filepath.Join(store.Info.GetDatastoreInfo().Url, config.Name)
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return dir
		}
	}
	return ""
}

// check finds what upstream reports late, wrongly or by a panic.
func (p *pool) check(folder *simulator.Folder, config *types.VirtualMachineConfigSpec) *problem {
	if config.Name == "" {
		return &problem{&types.InvalidName{}, "The name of the virtual machine is missing."}
	}
	if other := p.v.named(folder, config.Name); other != nil {
		return &problem{&types.DuplicateName{Name: config.Name, Object: other.Reference()},
			"The name '" + config.Name + "' already exists."}
	}
	if vapp, ok := config.VAppConfig.(*types.VAppConfigSpec); ok {
		for _, row := range vapp.Property {
			info := row.Info
			if info == nil || info.Value == "" || info.Value == info.DefaultValue ||
				info.UserConfigurable != nil && *info.UserConfigurable {
				continue
			}
			return &problem{&types.NotUserConfigurableProperty{VAppPropertyFault: types.VAppPropertyFault{
				Id: info.Id, Category: info.Category, Label: info.Label, Type: info.Type, Value: info.Value}},
				"The property '" + info.Id + "' cannot be set by the user."}
		}
	}
	return p.v.policies.check(config)
}

// label names the NICs as a vCenter does; upstream calls every one ethernet--7.
func label(vm *simulator.VirtualMachine) {
	number := 0
	for _, device := range vm.Config.Hardware.Device {
		if _, ok := device.(types.BaseVirtualEthernetCard); !ok {
			continue
		}
		number++
		if info, ok := device.GetVirtualDevice().DeviceInfo.(*types.Description); ok {
			info.Label = "Network adapter " + string(rune('0'+number))
		}
	}
}

// machine guards a virtual machine while its lease is open, and keeps the
// storage policies of a reconfiguration.
type machine struct {
	*simulator.VirtualMachine
	v *vcenter
}

// busy: a virtual machine under import is locked by the task of the import.
func (m *machine) busy() *soap.Fault {
	lease := m.v.leases.holder(m.Self)
	if lease == nil {
		return nil
	}
	return simulator.Fault("Another task is already in progress.", &types.TaskInProgress{Task: lease.task.Self})
}

func (m *machine) PowerOnVMTask(ctx *simulator.Context, req *types.PowerOnVM_Task) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.PowerOnVM_TaskBody{Fault_: fault}
	}
	return m.VirtualMachine.PowerOnVMTask(ctx, req)
}

func (m *machine) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.Destroy_TaskBody{Fault_: fault}
	}
	return m.VirtualMachine.DestroyTask(ctx, req)
}

func (m *machine) UnregisterVM(ctx *simulator.Context, req *types.UnregisterVM) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.UnregisterVMBody{Fault_: fault}
	}
	return m.VirtualMachine.UnregisterVM(ctx, req)
}

func (m *machine) ReconfigVMTask(ctx *simulator.Context, req *types.ReconfigVM_Task) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.ReconfigVM_TaskBody{Fault_: fault}
	}
	if p := m.v.policies.check(&req.Spec); p != nil {
		t := startTask(ctx, m.VirtualMachine, "reconfigure")
		t.finish(nil, p)
		return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: t.Self}}
	}
	// Upstream tells nobody when a reconfiguration is over, so the policies
	// are kept first: a client reads them right after the task.
	m.v.policies.record(m.VirtualMachine, &req.Spec)
	return m.VirtualMachine.ReconfigVMTask(ctx, req)
}

var _ mo.Entity = (*machine)(nil)
