package main

import (
	"encoding/json"
	"net/http"
	"sync"
)

// calls counts SOAP calls per method, so that a test can measure round trips.
type calls struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *calls) count(method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[method]++
}

func (c *calls) read() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer := make(map[string]int, len(c.counts))
	for name, n := range c.counts {
		answer[name] = n
	}
	return answer
}

func (c *calls) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.counts)
}

// control is for tests only and is served only with -control.
func (v *vcenter) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /practice/refuse", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Privileges []string `json:"privileges"`
		}
		if !decode(w, r, &body) {
			return
		}
		v.privileges.set(body.Privileges)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /practice/faults", func(w http.ResponseWriter, r *http.Request) {
		var body order
		if !decode(w, r, &body) {
			return
		}
		if err := body.check(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		v.faults.add(&body)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /practice/faults", func(w http.ResponseWriter, _ *http.Request) {
		v.faults.clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /practice/expire", func(w http.ResponseWriter, _ *http.Request) {
		v.expireSessions()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /practice/mount", func(w http.ResponseWriter, r *http.Request) {
		var body mount
		if !decode(w, r, &body) {
			return
		}
		if !body.apply(v) {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /practice/calls", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v.calls.read())
	})
	mux.HandleFunc("DELETE /practice/calls", func(w http.ResponseWriter, _ *http.Request) {
		v.calls.reset()
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}
