package main

import (
	"slices"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// privileges are those taken away by the control endpoint; upstream grants all.
type privileges struct {
	mu      sync.Mutex
	refused []string
}

func (p *privileges) set(names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = names
}

func (p *privileges) has(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !slices.Contains(p.refused, name)
}

var imports = []string{"VApp.Import", "VirtualMachine.Inventory.Create", "VirtualMachine.Config.AddNewDisk",
	"Resource.AssignVMToPool", "Network.Assign", "Datastore.AllocateSpace"}

// needed follows the "Required Privileges" of each method in the vSphere Web
// Services API.
func needed(m *simulator.Method) []string {
	switch m.Name {
	case "CreateDVS_Task":
		return []string{"DVSwitch.Create"}
	case "AddDVPortgroup_Task", "CreateDVPortgroup_Task":
		return []string{"DVPortgroup.Create"}
	case "ReconfigureDvs_Task":
		if spec := m.Body.(*types.ReconfigureDvs_Task).Spec; spec != nil && len(spec.GetDVSConfigSpec().Host) > 0 {
			return []string{"DVSwitch.HostOp", "Host.Config.Network"}
		}
		return []string{"DVSwitch.Modify"}
	case "ImportVApp":
		// And what it says under "Depending on the properties of the virtual
		// machine": those of Folder.CreateVM_Task.
		return imports
	case "ReconfigVM_Task":
		spec := m.Body.(*types.ReconfigVM_Task).Spec
		var names []string
		if spec.Name != "" {
			names = append(names, "VirtualMachine.Config.Rename")
		}
		if len(spec.ExtraConfig) > 0 {
			names = append(names, "VirtualMachine.Config.AdvancedConfig")
		}
		if names == nil {
			names = []string{"VirtualMachine.Config.Settings"}
		}
		return names
	case "PowerOnVM_Task":
		return []string{"VirtualMachine.Interact.PowerOn"}
	case "PowerOffVM_Task", "ShutdownGuest":
		return []string{"VirtualMachine.Interact.PowerOff"}
	case "Destroy_Task":
		switch m.This.Type {
		case "VirtualMachine":
			return []string{"VirtualMachine.Inventory.Delete"}
		case "DistributedVirtualPortgroup":
			return []string{"DVPortgroup.Delete"}
		case "DistributedVirtualSwitch", "VmwareDistributedVirtualSwitch":
			return []string{"DVSwitch.Delete"}
		}
	}
	return nil
}

func (p *privileges) refuse(m *simulator.Method) types.BaseMethodFault {
	for _, name := range needed(m) {
		if !p.has(name) {
			this := m.This
			return &types.NoPermission{Object: &this, PrivilegeId: name}
		}
	}
	return nil
}

// authorizationManager tells which privileges are missing (vSphere Web Services
// API, AuthorizationManager.HasPrivilegeOnEntities).
type authorizationManager struct {
	*simulator.AuthorizationManager
	v *vcenter
}

func (m *authorizationManager) available(entities []types.ManagedObjectReference, ids []string) []types.EntityPrivilege {
	var answer []types.EntityPrivilege
	for _, entity := range entities {
		row := types.EntityPrivilege{Entity: entity}
		for _, id := range ids {
			row.PrivAvailability = append(row.PrivAvailability,
				types.PrivilegeAvailability{PrivId: id, IsGranted: m.v.privileges.has(id)})
		}
		answer = append(answer, row)
	}
	return answer
}

func (m *authorizationManager) HasPrivilegeOnEntities(req *types.HasPrivilegeOnEntities) soap.HasFault {
	return &methods.HasPrivilegeOnEntitiesBody{Res: &types.HasPrivilegeOnEntitiesResponse{
		Returnval: m.available(req.Entity, req.PrivId)}}
}

func (m *authorizationManager) HasUserPrivilegeOnEntities(req *types.HasUserPrivilegeOnEntities) soap.HasFault {
	return &methods.HasUserPrivilegeOnEntitiesBody{Res: &types.HasUserPrivilegeOnEntitiesResponse{
		Returnval: m.available(req.Entities, req.PrivId)}}
}

func (m *authorizationManager) HasPrivilegeOnEntity(req *types.HasPrivilegeOnEntity) soap.HasFault {
	granted := make([]bool, len(req.PrivId))
	for i, id := range req.PrivId {
		granted[i] = m.v.privileges.has(id)
	}
	return &methods.HasPrivilegeOnEntityBody{Res: &types.HasPrivilegeOnEntityResponse{Returnval: granted}}
}
