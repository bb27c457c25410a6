package main

import (
	"context"
	"net/http"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const sessionHeader = "vmware-api-session-id"

// sessions are the REST sessions made through this server, so that all can be
// ended.
type sessions struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (s *sessions) add(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[id] = true
}

func (s *sessions) drop() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for id := range s.ids {
		all = append(all, id)
	}
	clear(s.ids)
	return all
}

func sessionID(r *http.Request) string {
	if id := r.Header.Get(sessionHeader); id != "" {
		return id
	}
	if cookie, err := r.Cookie(sessionHeader); err == nil {
		return cookie.Value
	}
	return ""
}

// validLogin accepts the one user with the domain written out; upstream would
// append the domain to a name that has it.
func (v *vcenter) validLogin(req *types.Login) bool {
	return req.UserName == v.options.username && req.Password == v.options.password
}

func (v *vcenter) authenticated(id string) bool {
	return id != "" && v.rest(id, http.MethodGet, "/cis/session", nil, nil) == http.StatusOK
}

// login makes a REST session through upstream; empty when refused.
func (v *vcenter) login(user, password string) string {
	req, err := http.NewRequest(http.MethodPost, restPath+"/cis/session", nil)
	if err != nil {
		return ""
	}
	req.SetBasicAuth(user, password)
	var id string
	if v.do(req, &id) != http.StatusOK {
		return ""
	}
	v.sessions.add(id)
	return id
}

// internalContext is a session of its own for what the server does itself.
func (v *vcenter) internalContext() *simulator.Context {
	own := *v.service.Context
	own.Context = context.Background()
	own.Session = &simulator.Session{
		UserSession: types.UserSession{Key: "practice", UserName: v.options.username},
		Registry:    simulator.NewRegistry(),
		Map:         v.registry,
	}
	return &own
}

// expireSessions ends every session, SOAP and REST, as a restart of the vCenter
// services does.
func (v *vcenter) expireSessions() {
	ctx := v.internalContext()
	manager := v.registry.SessionManager()
	listed, _ := ctx.Session.Get(manager.Self).(*simulator.SessionManager)
	for _, session := range listed.SessionList {
		manager.TerminateSession(ctx, &types.TerminateSession{This: manager.Self, SessionId: []string{session.Key}})
	}
	for _, id := range v.sessions.drop() {
		v.rest(id, http.MethodDelete, "/cis/session", nil, nil)
	}
}
