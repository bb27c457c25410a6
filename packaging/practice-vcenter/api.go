package main

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/vmware/govmomi/simulator"
)

// The published vSphere Automation REST API of 7.0 U2 and later. Sessions and
// the library's storage are upstream's, reached through its older dialect.

// serviceError answers with the published body of an error
// (vapi.std.errors: error_type and messages).
func serviceError(w http.ResponseWriter, status int, kind, id, message string) {
	writeJSON(w, status, map[string]any{
		"error_type": kind,
		"messages":   []any{map[string]any{"id": id, "default_message": message, "args": []string{}}},
	})
}

func unauthenticated(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="VAPI endpoint"`)
	serviceError(w, http.StatusUnauthorized, "UNAUTHENTICATED",
		"com.vmware.vapi.endpoint.method.authentication.required", "Authentication required.")
}

func notFound(w http.ResponseWriter, what string) {
	serviceError(w, http.StatusNotFound, "NOT_FOUND", "com.vmware.vdcs.cls-main.not_found", what+" was not found.")
}

func invalidArgument(w http.ResponseWriter, message string) {
	serviceError(w, http.StatusBadRequest, "INVALID_ARGUMENT", "com.vmware.vapi.std.invalid_argument", message)
}

func notAllowed(w http.ResponseWriter, message string) {
	serviceError(w, http.StatusBadRequest, "NOT_ALLOWED_IN_CURRENT_STATE", "com.vmware.vapi.std.not_allowed_in_current_state", message)
}

func alreadyExists(w http.ResponseWriter, message string) {
	serviceError(w, http.StatusBadRequest, "ALREADY_EXISTS", "com.vmware.vapi.std.already_exists", message)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func decode(w http.ResponseWriter, r *http.Request, value any) bool {
	if err := json.NewDecoder(r.Body).Decode(value); err != nil {
		invalidArgument(w, "The request body is not valid: "+err.Error())
		return false
	}
	return true
}

// forward answers with upstream's status where it is not a success.
func forward(w http.ResponseWriter, status int, what string) bool {
	switch {
	case status < 300:
		return true
	case status == http.StatusUnauthorized:
		unauthenticated(w)
	case status == http.StatusNotFound:
		notFound(w, what)
	case status == http.StatusBadRequest:
		invalidArgument(w, what+" is not valid.")
	default:
		serviceError(w, http.StatusInternalServerError, "ERROR", "com.vmware.vapi.std.error", "The server failed.")
	}
	return false
}

type apiHandler func(w http.ResponseWriter, r *http.Request, session string)

func (v *vcenter) api() http.Handler {
	mux := http.NewServeMux()
	// A mux of their own: ".../item/update-session/{session}" and
	// ".../item/{item}/file" would be ambiguous in one.
	updates := http.NewServeMux()
	const update = "/api/content/library/item/update-session"
	handle := func(pattern string, handler apiHandler) {
		target := mux
		if strings.Contains(pattern, update) {
			target = updates
		}
		target.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			session := sessionID(r)
			if !v.authenticated(session) {
				unauthenticated(w)
				return
			}
			if order := v.faults.next(r.Pattern); order != nil && order.Fault != "" {
				serviceError(w, http.StatusInternalServerError, "ERROR", "com.vmware.vapi.std.error", order.Message)
				return
			}
			handler(w, r, session)
		})
	}
	mux.HandleFunc("POST /api/session", v.createSession)
	handle("GET /api/session", v.readSession)
	handle("DELETE /api/session", func(w http.ResponseWriter, _ *http.Request, session string) {
		v.rest(session, http.MethodDelete, "/cis/session", nil, nil)
		w.WriteHeader(http.StatusNoContent)
	})
	handle("GET /api/vcenter/storage/policies", v.listPolicies)
	handle("POST /api/vcenter/ovf/library-item/{item}", func(w http.ResponseWriter, r *http.Request, session string) {
		v.serveItem(apiDialect{w}, r, session, r.PathValue("item"), r.URL.Query().Get("action"))
	})

	const library = "/api/content/library"
	for _, prefix := range []string{library, "/api/content/local-library"} {
		handle("GET "+prefix, v.listLibraries)
		handle("GET "+prefix+"/{library}", v.readLibrary)
	}
	handle("POST "+library, v.findLibraries)
	handle("POST /api/content/local-library", v.createLibrary)
	handle("DELETE /api/content/local-library/{library}", v.deleteLibrary)
	handle("GET "+library+"/item", v.listItems)
	handle("POST "+library+"/item", v.createItem)
	handle("GET "+library+"/item/{item}", v.readItem)
	handle("DELETE "+library+"/item/{item}", v.deleteItem)
	handle("GET "+library+"/item/{item}/file", v.listFiles)
	handle("GET "+library+"/item/{item}/file/{file}", v.readFile)

	handle("GET "+update, v.listUpdates)
	handle("POST "+update, v.createUpdate)
	handle("GET "+update+"/{session}", v.readUpdate)
	handle("POST "+update+"/{session}", v.actOnUpdate)
	handle("DELETE "+update+"/{session}", v.deleteUpdate)
	handle("GET "+update+"/{session}/file", v.listUpdateFiles)
	handle("POST "+update+"/{session}/file", v.addUpdateFile)
	handle("GET "+update+"/{session}/file/{file}", v.readUpdateFile)
	handle("DELETE "+update+"/{session}/file/{file}", v.removeUpdateFile)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { v.upstream.ServeHTTP(w, r) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == update || strings.HasPrefix(r.URL.Path, update+"/") {
			updates.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// createSession: POST /api/session, basic authentication, 201 and the id as a
// JSON string.
func (v *vcenter) createSession(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	id := v.login(user, password)
	if id == "" {
		unauthenticated(w)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: sessionHeader, Value: id, Path: "/api", Secure: true, HttpOnly: true})
	writeJSON(w, http.StatusCreated, id)
}

func (v *vcenter) readSession(w http.ResponseWriter, _ *http.Request, session string) {
	var answer map[string]any
	if forward(w, v.rest(session, http.MethodGet, "/cis/session", nil, &answer), "The session") {
		writeJSON(w, http.StatusOK, answer)
	}
}

// listPolicies: GET /api/vcenter/storage/policies.
func (v *vcenter) listPolicies(w http.ResponseWriter, _ *http.Request, _ string) {
	rows := []any{}
	for _, profile := range v.policies.all() {
		rows = append(rows, map[string]string{
			"policy": profile.ProfileId.UniqueId, "name": profile.Name, "description": profile.Description})
	}
	writeJSON(w, http.StatusOK, rows)
}

// datastore by its id, or nil.
func (v *vcenter) datastore(id string) *simulator.Datastore {
	for _, e := range v.registry.All("Datastore") {
		if e.Reference().Value == id {
			return e.(*simulator.Datastore)
		}
	}
	return nil
}
