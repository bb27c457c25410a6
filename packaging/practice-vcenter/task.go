package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// problem is a fault with the sentence a vCenter would say. Upstream's tasks
// carry the name of a Go type instead.
type problem struct {
	fault   types.BaseMethodFault
	message string
}

func (p *problem) localized() *types.LocalizedMethodFault {
	return &types.LocalizedMethodFault{Fault: p.fault, LocalizedMessage: p.message}
}

func invalid(property, message string) *problem {
	return &problem{&types.InvalidArgument{InvalidProperty: property},
		"A specified parameter was not correct: " + property + ". " + message}
}

// task is a Task that may outlive the call that made it: an import runs until
// its lease ends, while upstream's would keep the resource pool locked.
type task struct {
	*simulator.Task
	ctx *simulator.Context
}

var tasks atomic.Int64

func init() { tasks.Store(1_000_000) }

// startTask follows the vSphere Web Services API, TaskInfo: queued and running
// from the first moment, with the real name of its entity.
func startTask(ctx *simulator.Context, entity mo.Entity, id string) *task {
	t := simulator.CreateTask(entity, id, nil)
	t.Info.EntityName = nameOf(entity)
	t.Info.Reason = &types.TaskReasonUser{UserName: userOf(ctx)}
	now := time.Now()
	t.Info.StartTime = &now
	t.Info.State = types.TaskInfoStateRunning
	// Numbered apart from upstream's tasks, so that the key is complete
	// before a watcher of recentTask sees it.
	t.Self = types.ManagedObjectReference{Type: "Task", Value: fmt.Sprintf("task-%d", tasks.Add(1))}
	t.Info.Key, t.Info.Task = t.Self.Value, t.Self
	ctx.Map.Put(t)
	own := *ctx
	return &task{t, &own}
}

func (t *task) update(changes ...types.PropertyChange) {
	t.ctx.Map.AtomicUpdate(t.ctx, t.Task, changes)
}

func (t *task) progress(percent int32) {
	t.update(types.PropertyChange{Name: "info.progress", Val: percent})
}

func (t *task) finish(result any, p *problem) {
	changes := []types.PropertyChange{{Name: "info.completeTime", Val: time.Now()}}
	if p != nil {
		changes = append(changes,
			types.PropertyChange{Name: "info.error", Val: *p.localized()},
			types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateError})
	} else {
		changes = append(changes,
			types.PropertyChange{Name: "info.result", Val: result},
			types.PropertyChange{Name: "info.state", Val: types.TaskInfoStateSuccess})
	}
	t.update(changes...)
}

// runTask does the work of one method as its task, the entity locked meanwhile.
func runTask(ctx *simulator.Context, entity mo.Entity, id string,
	work func(*simulator.Context) (any, *problem)) types.ManagedObjectReference {
	t := startTask(ctx, entity, id)
	go func() {
		var result any
		var p *problem
		t.ctx.WithLock(entity, func() { result, p = guard(t.ctx, work) })
		t.finish(result, p)
	}()
	return t.Self
}

// guard turns a panic into a failed task: one bad call must not end the server.
func guard(ctx *simulator.Context, work func(*simulator.Context) (any, *problem)) (result any, p *problem) {
	defer func() {
		if reason := recover(); reason != nil {
			p = &problem{&types.SystemError{Reason: fmt.Sprint(reason)}, fmt.Sprintf("The server failed: %v", reason)}
		}
	}()
	return work(ctx)
}

// waitFor ends when an upstream task has ended.
func waitFor(ctx *simulator.Context, ref types.ManagedObjectReference) types.TaskInfo {
	t := ctx.Map.Get(ref).(*simulator.Task)
	t.Wait()
	return t.Info
}

func userOf(ctx *simulator.Context) string {
	if ctx.Session == nil {
		return ""
	}
	return ctx.Session.UserName
}

func nameOf(e mo.Entity) string {
	switch o := e.(type) {
	case *simulator.DistributedVirtualSwitch:
		return o.Name
	case *simulator.DistributedVirtualPortgroup:
		return o.Name
	case *mo.Network:
		return o.Name
	}
	return e.Entity().Name
}
