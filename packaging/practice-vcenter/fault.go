package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// order is one fault (or only a delay) that a test has asked for.
type order struct {
	Method  string          `json:"method"`
	Fault   string          `json:"fault"`
	Detail  json.RawMessage `json:"detail"`
	Message string          `json:"message"`
	Count   int             `json:"count"`
	Skip    int             `json:"skip"`
	DelayMs int             `json:"delay_ms"`
	Task    bool            `json:"task"`
}

var faultType = types.TypeFunc()

// check refuses an order that could never be served.
func (o *order) check() error {
	if o.Method == "" {
		return fmt.Errorf("method is missing")
	}
	if o.Fault == "" {
		return nil
	}
	kind, ok := faultType(o.Fault[strings.LastIndex(o.Fault, ".")+1:])
	if !ok {
		return fmt.Errorf("no such fault: %s", o.Fault)
	}
	fault, ok := reflect.New(kind).Interface().(types.BaseMethodFault)
	if !ok {
		return fmt.Errorf("not a fault: %s", o.Fault)
	}
	if len(o.Detail) > 0 {
		return json.Unmarshal(o.Detail, fault)
	}
	return nil
}

// build makes the fault; nil when the order is only a delay.
func (o *order) build(m *simulator.Method) types.BaseMethodFault {
	if o.Fault == "" {
		return nil
	}
	kind, _ := faultType(o.Fault[strings.LastIndex(o.Fault, ".")+1:])
	fault := reflect.New(kind).Interface().(types.BaseMethodFault)
	switch f := fault.(type) {
	case *types.NoPermission:
		f.Object, f.PrivilegeId = &m.This, "System.Read"
	case *types.NotAuthenticated:
		f.Object, f.PrivilegeId = &m.This, "System.View"
	}
	if len(o.Detail) > 0 {
		_ = json.Unmarshal(o.Detail, fault)
	}
	return fault
}

// faults are the orders not yet used up.
type faults struct {
	mu     sync.Mutex
	orders []*order
}

func (f *faults) add(o *order) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = append(f.orders, o)
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = nil
}

// next takes the order for this call, after its delay. A count of zero stands
// until it is cleared.
func (f *faults) next(method string) *order {
	o := f.take(method)
	if o != nil && o.DelayMs > 0 {
		time.Sleep(time.Duration(o.DelayMs) * time.Millisecond)
	}
	return o
}

func (f *faults) take(method string) *order {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, o := range f.orders {
		if o.Method != method {
			continue
		}
		if o.Skip > 0 {
			o.Skip--
			return nil
		}
		taken := *o
		if o.Count == 1 {
			f.orders = append(f.orders[:i:i], f.orders[i+1:]...)
		} else if o.Count > 1 {
			o.Count--
		}
		return &taken
	}
	return nil
}

// refusal answers a task method with a task that fails.
type refusal struct {
	mo.Entity
	problem *problem
}

func (r *refusal) task(ctx *simulator.Context, id string) types.ManagedObjectReference {
	t := startTask(ctx, r.Entity, id)
	t.finish(nil, r.problem)
	return t.Self
}

func (r *refusal) CreateDVSTask(ctx *simulator.Context, _ *types.CreateDVS_Task) soap.HasFault {
	return &methods.CreateDVS_TaskBody{Res: &types.CreateDVS_TaskResponse{Returnval: r.task(ctx, "createDistributedVirtualSwitch")}}
}

func (r *refusal) AddDVPortgroupTask(ctx *simulator.Context, _ *types.AddDVPortgroup_Task) soap.HasFault {
	return &methods.AddDVPortgroup_TaskBody{Res: &types.AddDVPortgroup_TaskResponse{Returnval: r.task(ctx, "addPortgroups")}}
}

func (r *refusal) ReconfigureDvsTask(ctx *simulator.Context, _ *types.ReconfigureDvs_Task) soap.HasFault {
	return &methods.ReconfigureDvs_TaskBody{Res: &types.ReconfigureDvs_TaskResponse{Returnval: r.task(ctx, "reconfigure")}}
}

func (r *refusal) ReconfigVMTask(ctx *simulator.Context, _ *types.ReconfigVM_Task) soap.HasFault {
	return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: r.task(ctx, "reconfigure")}}
}

func (r *refusal) PowerOnVMTask(ctx *simulator.Context, _ *types.PowerOnVM_Task) soap.HasFault {
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{Returnval: r.task(ctx, "powerOn")}}
}

func (r *refusal) PowerOffVMTask(ctx *simulator.Context, _ *types.PowerOffVM_Task) soap.HasFault {
	return &methods.PowerOffVM_TaskBody{Res: &types.PowerOffVM_TaskResponse{Returnval: r.task(ctx, "powerOff")}}
}

func (r *refusal) DestroyTask(ctx *simulator.Context, _ *types.Destroy_Task) soap.HasFault {
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: r.task(ctx, "destroy")}}
}

// ImportVApp has no task to return: its lease carries the fault.
func (r *refusal) ImportVApp(ctx *simulator.Context, _ *types.ImportVApp) soap.HasFault {
	lease := newLease(ctx, nil)
	lease.fail(r.problem)
	return &methods.ImportVAppBody{Res: &types.ImportVAppResponse{Returnval: lease.Self}}
}
