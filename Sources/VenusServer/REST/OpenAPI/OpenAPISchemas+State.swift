extension OpenAPISchemas {
    private static let problemTypes = ProblemType.allCases.map { "\"\($0.urn)\"" }.joined(separator: ", ")

    /// Of the state of Venus itself, of signing in, and of refusals.
    static let state = #"""
        "CommandLine": {
          "type": "object",
          "properties": {
            "challenge": {
              "type": "string", "pattern": "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$",
              "description": "SHA-256 of the secret that the command line keeps, in base64url."
            },
            "port": {
              "type": "integer", "minimum": 1024, "maximum": 65535, "description": "Where it listens, on 127.0.0.1."
            }
          },
          "required": ["challenge", "port"]
        },
        "Credentials": {
          "anyOf": [
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {"secret": {"type": "string", "description": "The administrator's."}},
              "required": ["secret"]
            },
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {"token": {"type": "string", "description": "Of a sign-in link."}},
              "required": ["token"]
            },
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {"password": {"type": "string"}, "user": {"type": "string"}},
              "required": ["password", "user"]
            },
            {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "code": {"type": "string", "description": "What a browser brought from GitHub to a command line."},
                "verifier": {
                  "type": "string", "description": "The secret whose SHA-256 was the command line's challenge."
                }
              },
              "required": ["code", "verifier"]
            }
          ]
        },
        "GitHubAddress": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"url": {"type": "string", "format": "uri", "description": "Where GitHub is."}},
          "required": ["url"]
        },
        "Health": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"status": {"enum": ["ok"]}},
          "required": ["status"]
        },
        "Losses": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "calls": {"type": "integer", "minimum": 0, "description": "Of the items."},
            "is_complete": {"type": "boolean", "description": "Whether the items are all: at most 1,000, the newest, are."},
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "at": {"type": "string", "format": "date-time"},
                  "calls": {"type": "integer", "minimum": 0},
                  "environment": {"type": "string"},
                  "first": {"type": "integer", "minimum": 0},
                  "producer": {"type": "string"},
                  "service": {"type": "string"}
                },
                "required": ["at", "calls", "environment", "first", "producer", "service"]
              }
            },
            "quarantined": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "count": {"type": "integer", "minimum": 0},
                "items": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "at": {"type": "string", "format": "date-time"},
                      "entry": {"type": "string"},
                      "reason": {"type": "string"},
                      "shard": {"type": "integer", "minimum": 0}
                    },
                    "required": ["at", "entry", "reason", "shard"]
                  }
                },
                "next": {"type": "string"}
              },
              "required": ["count", "items"]
            },
            "since": {"type": "string", "format": "date-time"},
            "total": {
              "type": "object",
              "additionalProperties": false,
              "description": "Of all losses since then, listed or not.",
              "properties": {
                "calls": {"type": "integer", "minimum": 0},
                "count": {"type": "integer", "minimum": 0}
              },
              "required": ["calls", "count"]
            }
          },
          "required": ["calls", "is_complete", "items", "quarantined", "since", "total"]
        },
        "Pins": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "is_complete": {"type": "boolean"},
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "client": {"type": "string"},
                  "expires_at": {"type": "string", "format": "date-time"},
                  "host": {"type": "string"},
                  "learned_at": {"type": "string", "format": "date-time"},
                  "proxies": {"type": "array", "items": {"type": "string"}}
                },
                "required": ["client", "expires_at", "host", "learned_at", "proxies"]
              }
            }
          },
          "required": ["is_complete", "items"]
        },
        "Policies": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "environment": {"type": "string"},
                  "host": {"type": "string"},
                  "instance": {"type": "string"},
                  "producer": {"type": "string"},
                  "service": {"type": "string"},
                  "denied": {"type": "integer", "minimum": 0},
                  "digest": {"type": "string"},
                  "fault": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "reason": {"type": "string"},
                      "since": {"type": "string", "format": "date-time"}
                    },
                    "required": ["reason", "since"]
                  },
                  "mode": {"type": "string"},
                  "rules": {"type": "integer", "minimum": 0},
                  "since": {"type": "string", "format": "date-time"},
                  "would_be_denied": {"type": "integer", "minimum": 0}
                },
                "required": [
                  "environment", "host", "instance", "producer", "service", "denied", "mode", "rules",
                  "since", "would_be_denied"
                ]
              }
            }
          },
          "required": ["items"]
        },
        "Problem": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "allowed": {"type": "array", "items": {"type": "string"}},
            "detail": {"type": "string"},
            "parameter": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "title": {"type": "string"},
            "type": {"enum": [\#(problemTypes)]}
          },
          "required": ["detail", "status", "title", "type"]
        },
        "Proxies": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "is_complete": {"type": "boolean"},
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                  "environment": {"type": "string"},
                  "host": {"type": "string"},
                  "instance": {"type": "string"},
                  "producer": {"type": "string"},
                  "service": {"type": "string"},
                  "announced": {"type": "array", "items": {"type": "string"}},
                  "calls": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                      "dropped": {"type": "integer", "minimum": 0},
                      "in_flight": {"type": "integer", "minimum": 0},
                      "queued": {"type": "integer", "minimum": 0},
                      "recorded": {"type": "integer", "minimum": 0},
                      "spooled": {"type": "integer", "minimum": 0},
                      "unknown": {
                        "type": "integer", "minimum": 0,
                        "description": "In flight when the proxy was killed, or, where none followed it, last heard of."
                      }
                    },
                    "required": ["dropped", "in_flight", "queued", "recorded", "spooled", "unknown"]
                  },
                  "clock_skew_ms": {"type": "integer"},
                  "last_seen_at": {"type": "string", "format": "date-time"},
                  "pins": {"type": "integer", "minimum": 0},
                  "silent_ms": {"type": "integer", "minimum": 0},
                  "started_at": {"type": "string", "format": "date-time"},
                  "state": {"enum": ["running", "silent", "unknown", "ended", "ended_uncleanly"]},
                  "version": {"type": "string"}
                },
                "required": [
                  "environment", "host", "instance", "producer", "service", "announced", "calls",
                  "clock_skew_ms", "last_seen_at", "pins", "silent_ms", "state", "version"
                ]
              }
            }
          },
          "required": ["is_complete", "items"]
        },
        "Readiness": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "checks": {
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "bucket": {
                  "enum": ["ok", "failing", "elsewhere"],
                  "description": "Of the bucket that hosts' readings come through, where one is configured."
                },
                "feed": {"enum": ["fresh", "stale", "absent"]},
                "store": {"enum": ["ok", "unavailable"]},
                "transport": {
                  "enum": ["tls", "loopback", "plain"],
                  "description": "plain: other machines reach the server, and it speaks no TLS itself."
                }
              },
              "required": ["feed", "store", "transport"]
            },
            "status": {"enum": ["ready", "unready", "stopping"]}
          },
          "required": ["checks", "status"]
        },
        "NewSession": {
          "type": "object",
          "additionalProperties": false,
          "properties": {
            "account": {"type": "string"},
            "csrf_token": {"type": "string"},
            "expires_at": {"type": "string", "format": "date-time"},
            "role": {"enum": ["viewer", "operator", "admin"]},
            "token": {"type": "string"}
          },
          "required": ["account", "csrf_token", "expires_at", "role", "token"]
        }
        """#
}
