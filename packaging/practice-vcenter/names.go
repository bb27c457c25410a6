package main

import (
	"net/url"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Names of managed entities are kept as a vCenter keeps them (vSphere Web
// Services API, ManagedEntity.name): %, / and \ escaped, a percent sign that
// starts an escape sequence left alone. Upstream escapes folders and virtual
// machines only, and those twice when the client has done it
// (vmware/govmomi#2717), everything else not at all.

var escapes = strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c")

// shown is a name without its escape sequences. A percent sign that starts
// none stands for itself.
func shown(name string) string {
	var b strings.Builder
	for name != "" {
		if name[0] == '%' && len(name) > 2 {
			if plain, err := url.PathUnescape(name[:3]); err == nil {
				b.WriteString(plain)
				name = name[3:]
				continue
			}
		}
		b.WriteByte(name[0])
		name = name[1:]
	}
	return b.String()
}

// stored is a name as it is kept, whether the client has escaped it or not.
func stored(name string) string { return escapes.Replace(shown(name)) }

// storeNames turns the names in a call into those to be kept. What goes on to
// upstream's own escaping is given unescaped.
func storeNames(m *simulator.Method) {
	switch body := m.Body.(type) {
	case *types.CreateFolder:
		body.Name = shown(body.Name)
	case *types.CreateVM_Task:
		body.Config.Name = shown(body.Config.Name)
	case *types.CreateDatacenter:
		body.Name = stored(body.Name)
	case *types.CreateClusterEx:
		body.Name = stored(body.Name)
	case *types.CreateResourcePool:
		body.Name = stored(body.Name)
	case *types.Rename_Task:
		body.NewName = stored(body.NewName)
	case *types.RenameDatastore:
		body.NewName = stored(body.NewName)
	case *types.CreateDVS_Task:
		nameSwitch(body.Spec.ConfigSpec)
	case *types.ReconfigureDvs_Task:
		nameSwitch(body.Spec)
	case *types.AddDVPortgroup_Task:
		for i := range body.Spec {
			body.Spec[i].Name = stored(body.Spec[i].Name)
		}
	case *types.CreateDVPortgroup_Task:
		body.Spec.Name = stored(body.Spec.Name)
	case *types.ReconfigureDVPortgroup_Task:
		body.Spec.Name = stored(body.Spec.Name)
	case *types.CreateImportSpec:
		params := body.Cisp.GetOvfCreateImportSpecParams()
		params.EntityName = stored(params.EntityName)
	case *types.ImportVApp:
		if spec, ok := body.Spec.(*types.VirtualMachineImportSpec); ok {
			spec.ConfigSpec.Name = stored(spec.ConfigSpec.Name)
		}
	case *types.ReconfigVM_Task:
		body.Spec.Name = stored(body.Spec.Name)
	}
}

func nameSwitch(base types.BaseDVSConfigSpec) {
	if base != nil {
		spec := base.GetDVSConfigSpec()
		spec.Name = stored(spec.Name)
	}
}
