package main

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// HttpNfcLease follows the vSphere Web Services API, HttpNfcLease. Upstream's
// vanishes on completion, leaves the virtual machine behind on abort, never
// expires and is content with a short upload; this one does as documented. The
// type is named as the managed object, because its reference is made from it.
type HttpNfcLease struct {
	mo.HttpNfcLease

	v     *vcenter
	ctx   *simulator.Context
	task  *task
	vm    *simulator.VirtualMachine
	ended chan struct{}
	ready chan struct{}

	mu       sync.Mutex
	files    map[string]*upload
	deadline *time.Timer
}

// upload is one device of the lease.
type upload struct {
	key      string
	expected int64
	disk     bool
	capacity int64
	kind     string
	received *receipt
}

// receipt is what arrived.
type receipt struct {
	size   int64
	sha1   string
	sha256 string
}

// leases holds those that are not over, by the name in their URLs, and the
// virtual machines under them.
type leases struct {
	mu      sync.Mutex
	byToken map[string]*HttpNfcLease
	vms     map[types.ManagedObjectReference]*HttpNfcLease
}

func (l *leases) find(token string) *HttpNfcLease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byToken[token]
}

func (l *leases) holds(vm types.ManagedObjectReference) bool {
	return l.holder(vm) != nil
}

func (l *leases) holder(vm types.ManagedObjectReference) *HttpNfcLease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.vms[vm]
}

func (l *leases) hold(lease *HttpNfcLease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byToken[lease.token()] = lease
	l.vms[lease.vm.Self] = lease
}

func (l *leases) release(lease *HttpNfcLease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byToken, lease.token())
	if lease.vm != nil {
		delete(l.vms, lease.vm.Self)
	}
}

func newLease(ctx *simulator.Context, v *vcenter) *HttpNfcLease {
	own := *ctx
	own.Context = context.Background()
	lease := &HttpNfcLease{
		v: v, ctx: &own, files: make(map[string]*upload),
		ready: make(chan struct{}), ended: make(chan struct{}),
	}
	lease.State = types.HttpNfcLeaseStateInitializing
	lease.Mode = string(types.HttpNfcLeaseModePushOrGet)
	ctx.Session.Put(lease)
	return lease
}

// token is the part of the reference that is fit for a URL.
func (l *HttpNfcLease) token() string {
	return l.Self.Value[strings.LastIndex(l.Self.Value, "]")+1:]
}

// set changes properties on behalf of the call that may hold the lock already.
func (l *HttpNfcLease) set(ctx *simulator.Context, changes ...types.PropertyChange) {
	ctx.WithLock(l, func() { ctx.Update(l, changes) })
}

// fail ends a lease that never became ready.
func (l *HttpNfcLease) fail(p *problem) {
	l.set(l.ctx, types.PropertyChange{Name: "error", Val: p.localized()},
		types.PropertyChange{Name: "state", Val: types.HttpNfcLeaseStateError})
	if l.task != nil {
		l.task.finish(nil, p)
	}
	close(l.ready)
	close(l.ended)
}

// open makes the lease ready for the virtual machine's files and starts its
// clock.
func (l *HttpNfcLease) open(vm *simulator.VirtualMachine) {
	l.vm = vm
	info := &types.HttpNfcLeaseInfo{
		Lease: l.Self, Entity: vm.Self, LeaseTimeout: int32(l.v.options.leaseTimeout / time.Second),
	}
	counts := make(map[string]int)
	devices := object.VirtualDeviceList(vm.Config.Hardware.Device)
	for _, device := range devices {
		backing, ok := device.GetVirtualDevice().Backing.(types.BaseVirtualDeviceFileBackingInfo)
		if !ok {
			continue
		}
		kind := devices.Type(device)
		number := counts[kind]
		counts[kind]++
		var file object.DatastorePath
		file.FromString(backing.GetVirtualDeviceFileBackingInfo().FileName)
		name := path.Base(file.Path)
		importKey := fmt.Sprintf("/%s/%s:%d", vm.Name, kind, number)
		disk, isDisk := device.(*types.VirtualDisk)
		entry := &upload{key: fmt.Sprintf("/%s/%s:%d", vm.Self.Value, kind, number), disk: isDisk,
			expected: l.v.sizes.of(importKey), kind: "sha1"}
		if isDisk {
			entry.capacity = disk.CapacityInKB * 1024
			info.TotalDiskCapacityInKB += disk.CapacityInKB
		}
		l.files[name] = entry
		info.DeviceUrl = append(info.DeviceUrl, types.HttpNfcLeaseDeviceUrl{
			Key: entry.key, ImportKey: importKey, TargetId: name, Disk: types.NewBool(isDisk),
			Url:           fmt.Sprintf("https://%s/nfc/%s/%s", l.v.service.Listen.Host, l.token(), name),
			SslThumbprint: l.v.certificate.thumbprint(),
		})
	}
	l.v.leases.hold(l)
	l.deadline = time.AfterFunc(l.v.options.leaseTimeout, func() {
		l.discard(l.ctx, &problem{&types.Timedout{}, "The lease has timed out."})
	})
	l.set(l.ctx, types.PropertyChange{Name: "info", Val: info},
		types.PropertyChange{Name: "state", Val: types.HttpNfcLeaseStateReady})
	close(l.ready)
}

// end marks the lease as over, once.
func (l *HttpNfcLease) end() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.ended:
		return false
	default:
	}
	if l.deadline == nil {
		return false
	}
	l.deadline.Stop()
	close(l.ended)
	return true
}

// discard removes the half-made virtual machine, as documented for
// HttpNfcLeaseAbort and for a lease that expires.
func (l *HttpNfcLease) discard(ctx *simulator.Context, p *problem) bool {
	if !l.end() {
		return false
	}
	l.destroy()
	l.v.leases.release(l)
	l.set(ctx, types.PropertyChange{Name: "error", Val: p.localized()},
		types.PropertyChange{Name: "state", Val: types.HttpNfcLeaseStateError})
	l.task.finish(nil, p)
	return true
}

func (l *HttpNfcLease) destroy() {
	own := *l.ctx
	res := l.vm.DestroyTask(&own, &types.Destroy_Task{This: l.vm.Self})
	waitFor(&own, res.(*methods.Destroy_TaskBody).Res.Returnval)
}

func (l *HttpNfcLease) invalidState() *soap.Fault {
	return simulator.Fault("The lease is in state "+string(l.State)+".", &types.InvalidState{})
}

func (l *HttpNfcLease) HttpNfcLeaseComplete(ctx *simulator.Context, _ *types.HttpNfcLeaseComplete) soap.HasFault {
	body := new(methods.HttpNfcLeaseCompleteBody)
	if l.State != types.HttpNfcLeaseStateReady {
		body.Fault_ = l.invalidState()
		return body
	}
	if p := l.missing(); p != nil {
		l.discard(ctx, p)
		body.Fault_ = simulator.Fault(p.message, &types.InvalidState{})
		return body
	}
	if !l.end() {
		body.Fault_ = l.invalidState()
		return body
	}
	l.v.leases.release(l)
	l.set(ctx, types.PropertyChange{Name: "state", Val: types.HttpNfcLeaseStateDone})
	l.task.finish(l.vm.Self, nil)
	body.Res = new(types.HttpNfcLeaseCompleteResponse)
	return body
}

// missing finds a file of the package that did not arrive whole.
func (l *HttpNfcLease) missing() *problem {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, file := range l.files {
		if file.expected == 0 {
			continue
		}
		var got int64
		if file.received != nil {
			got = file.received.size
		}
		if got != file.expected {
			return &problem{&types.OvfImportFailed{},
				fmt.Sprintf("Only %d of %d bytes of %s were received.", got, file.expected, name)}
		}
	}
	return nil
}

func (l *HttpNfcLease) HttpNfcLeaseAbort(ctx *simulator.Context, req *types.HttpNfcLeaseAbort) soap.HasFault {
	body := new(methods.HttpNfcLeaseAbortBody)
	p := &problem{&types.RequestCanceled{}, "The operation was canceled."}
	if req.Fault != nil && req.Fault.Fault != nil {
		p = &problem{req.Fault.Fault, req.Fault.LocalizedMessage}
	}
	if !l.discard(ctx, p) {
		body.Fault_ = l.invalidState()
		return body
	}
	body.Res = new(types.HttpNfcLeaseAbortResponse)
	return body
}

func (l *HttpNfcLease) HttpNfcLeaseProgress(ctx *simulator.Context, req *types.HttpNfcLeaseProgress) soap.HasFault {
	body := new(methods.HttpNfcLeaseProgressBody)
	if l.State != types.HttpNfcLeaseStateReady {
		body.Fault_ = l.invalidState()
		return body
	}
	if req.Percent < 0 || req.Percent > 100 {
		body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "percent"})
		return body
	}
	l.set(ctx, types.PropertyChange{Name: "transferProgress", Val: req.Percent})
	l.deadline.Reset(l.v.options.leaseTimeout)
	l.task.progress(req.Percent)
	body.Res = new(types.HttpNfcLeaseProgressResponse)
	return body
}

func (l *HttpNfcLease) HttpNfcLeaseSetManifestChecksumType(_ *simulator.Context, req *types.HttpNfcLeaseSetManifestChecksumType) soap.HasFault {
	body := new(methods.HttpNfcLeaseSetManifestChecksumTypeBody)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, row := range req.DeviceUrlsToChecksumTypes {
		if row.Value != "sha1" && row.Value != "sha256" {
			body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "deviceUrlsToChecksumTypes"})
			return body
		}
		for name, file := range l.files {
			if row.Key == file.key || strings.HasSuffix(row.Key, l.token()+"/"+name) {
				file.kind = row.Value
			}
		}
	}
	body.Res = new(types.HttpNfcLeaseSetManifestChecksumTypeResponse)
	return body
}

func (l *HttpNfcLease) HttpNfcLeaseGetManifest(_ *simulator.Context, _ *types.HttpNfcLeaseGetManifest) soap.HasFault {
	body := new(methods.HttpNfcLeaseGetManifestBody)
	if l.State != types.HttpNfcLeaseStateReady && l.State != types.HttpNfcLeaseStateDone {
		body.Fault_ = l.invalidState()
		return body
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	body.Res = new(types.HttpNfcLeaseGetManifestResponse)
	for _, file := range l.files {
		if file.received == nil {
			continue
		}
		entry := types.HttpNfcLeaseManifestEntry{
			Key: file.key, Sha1: file.received.sha1, Checksum: file.received.sha1, ChecksumType: "sha1",
			Size: file.received.size, Disk: file.disk, Capacity: file.capacity,
		}
		if file.kind == "sha256" {
			entry.Checksum, entry.ChecksumType = file.received.sha256, "sha256"
		}
		body.Res.Returnval = append(body.Res.Returnval, entry)
	}
	return body
}

// serveUpload receives one file, PUT or POST; its bytes are counted and summed
// and then dropped.
func (v *vcenter) serveUpload(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) != 4 {
		http.NotFound(w, r)
		return
	}
	lease := v.leases.find(parts[2])
	if lease == nil {
		http.NotFound(w, r)
		return
	}
	lease.mu.Lock()
	file := lease.files[parts[3]]
	kind := ""
	if file != nil {
		kind = file.kind
	}
	lease.mu.Unlock()
	if file == nil {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPut && r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if order := v.faults.next("NfcUpload"); order != nil && order.Fault != "" {
		http.Error(w, order.Message, http.StatusInternalServerError)
		return
	}
	sum := sha1.New()
	var second hash.Hash
	target := io.Writer(sum)
	if kind == "sha256" {
		second = sha256.New()
		target = io.MultiWriter(sum, second)
	}
	size, err := io.CopyBuffer(struct{ io.Writer }{target}, r.Body, make([]byte, 1<<20))
	got := &receipt{size: size, sha1: hex.EncodeToString(sum.Sum(nil))}
	if second != nil {
		got.sha256 = hex.EncodeToString(second.Sum(nil))
	}
	lease.mu.Lock()
	file.received = got
	lease.mu.Unlock()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}
