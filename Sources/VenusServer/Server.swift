import Glibc
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle
public import VenusAnalysis
public import VenusStore

/// The server of people and programs: REST, the live socket, sign-in and the dashboard, all on one port.
///
/// First ``prepare()``, then ``run()``, which ends on graceful shutdown: live sockets are closed with 1001, requests
/// under way finish within ``ServerConfiguration/shutdownLimit``.
public final class Server: Service {
    private let configuration: ServerConfiguration
    private let publicURL: WebOrigin?
    private let feed: any LiveFeed
    private let logger: Logger
    private let secret: AdministratorSecret
    private let sessions: Sessions
    private let tls: ServerTLS?
    private let live: LiveState
    private let history: HistoryReader
    private let store: any SignInStore
    private let now: @Sendable () -> Int64
    package let hub: LiveHub
    private let thresholds: ThresholdReader
    private let access: AccessControl
    private let client: ClientAddress
    private let base: WebPath
    private let reach: Reach
    private let readiness: ReadinessResource
    private let responder: Responder
    private let alerting: AlertDuty
    private let alerts: AlertsFollower
    private let bucket: BucketDuty?
    private let waiters = HostWaiters()
    private let listening = Listening()
    private let urls: ServerURLs

    public convenience init(
        configuration: ServerConfiguration, store: any ServerStore, feed: any LiveFeed, logger: Logger
    ) throws {
        try self.init(
            configuration: configuration, store: store, feed: feed, logger: logger, now: WallClock.milliseconds)
    }

    /// - Parameter now: milliseconds since the epoch.
    package init(
        configuration: ServerConfiguration, store: any ServerStore, feed: any LiveFeed, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) throws {
        self.configuration = configuration
        self.feed = feed
        self.store = store
        self.logger = logger
        publicURL = configuration.publicURL.flatMap { WebOrigin($0, allowingPath: true) }
        if configuration.publicURL != nil && publicURL == nil {
            throw ServerError(
                .invalidPublicURL, "server.public_url must be an http or https URL such as https://venus.example.com.")
        }
        tls = try configuration.tls.map { try ServerTLS($0, logger: logger) }
        urls = ServerURLs(
            listening: listening, scheme: tls == nil ? "http" : "https", publicURL: configuration.publicURL)
        live = LiveState(startedAt: now())
        hub = LiveHub(live: live, logger: logger)
        thresholds = ThresholdReader(store: store, live: live, logger: logger)
        let hasher = SecretHasher()
        let audit = AuditLog(store: store, now: now)
        secret = AdministratorSecret(store: store, audit: audit, hasher: hasher)
        sessions = Sessions(
            store: store, lifetime: configuration.sessionLifetime, idleLifetime: configuration.sessionIdleLifetime,
            now: now)
        let hosts = HostAllowList(
            listenHost: configuration.host, configured: configuration.allowedHosts, publicURL: publicURL)
        let cookie = SessionCookie(isSecure: publicURL?.isSecure == true || tls != nil)
        access = AccessControl(
            hosts: hosts, publicURL: publicURL, isSecure: tls != nil, cookie: cookie, sessions: sessions)
        client = ClientAddress(trusted: try configuration.trustedProxyRanges())
        base = configuration.publicURL.map { WebPath(of: $0) } ?? WebPath()
        reach = Reach(host: configuration.host, isTLS: tls != nil)
        let bucket = configuration.hostsBucket.map { BucketDuty($0, store: store, logger: logger, now: now) }
        self.bucket = bucket
        readiness = ReadinessResource(
            store: store, live: live, reach: reach,
            bucket: bucket.map { duty in { @Sendable in await duty.standing.rawValue } }, now: now)
        var gitHub: GitHubSignIn?
        if let configuration = configuration.gitHub {
            gitHub = try GitHubSignIn(configuration, store: store, sessions: sessions, audit: audit, now: now)
        }
        let signIn = SignIn(
            secret: secret, store: store, hasher: hasher, sessions: sessions, audit: audit, gitHub: gitHub, now: now)
        let endings = Endings(sessions: sessions, hub: hub)
        let login = LoginResource(signIn: signIn, cookie: cookie)
        let keys = KeysResource(store: store, endings: endings, audit: audit, now: now)
        let accounts =
            GitHubResource(signIn: gitHub, cookie: cookie, urls: urls).routes
            + SessionsResource(store: store, endings: endings, audit: audit, now: now).routes
            + UsersResource(store: store, hasher: hasher, endings: endings, audit: audit, now: now).routes
            + keys.routes
            + AgentResource(
                keys: keys, archive: configuration.handsOutProgram ? ProgramArchive() : nil,
                publicURL: configuration.publicURL, isTLS: tls != nil
            ).routes
            + [
                PasswordResource(
                    signIn: signIn, store: store, hasher: hasher, endings: endings, audit: audit, now: now
                ).route,
                AuditResource(store: store).route,
            ]
        history = HistoryReader(store: store)
        let objectives = ObjectiveReader(history: history, now: now)
        let secrets = try configuration.alerting.keyFile.map { try AlertSecrets(file: $0) }
        let sender = MessageSender(
            filter: try TargetFilter(configuration.alerting), mail: configuration.alerting.mail,
            logger: logger, now: { now() / 1_000 })
        alerting = AlertDuty(
            store: store, live: live,
            delivery: DeliveryDuty(
                store: store, secrets: secrets, sender: sender, logger: logger, now: { now() / 1_000 }),
            settings: { [settings = AlertSettings(store, configuration.alerting)] in
                try await settings.next(anew: $0)
            },
            burns: { try await objectives.burns(of: $0) },
            baseline: { [usual = LimitHistory(reader: history)] in try await usual.baseline(of: $0, at: $1) },
            base: { [urls] in try? await urls.base },
            logger: logger, now: now)
        alerts = AlertsFollower(store: store, hub: hub, logger: logger, now: now)
        let told =
            AlertsResource(store: store, audit: audit, now: now).routes
            + WebhooksResource(store: store, secrets: secrets, sender: sender, audit: audit, now: now).routes
        self.now = now
        let editor = WatchEditor(store: store, audit: audit, thresholds: thresholds, now: now)
        let watching =
            ThresholdsResource(editor: editor).routes + RulesResource(editor: editor).routes
            + ObjectivesResource(editor: editor, reader: objectives).routes + SilencesResource(editor: editor).routes
            + [ReportResource(reader: ReportReader(live: live, history: history, now: now)).route]
        responder = Responder(
            access: access, client: client, base: base,
            transport: StrictTransport(publicURL: publicURL, base: base, isSecure: tls != nil),
            crossOrigin: CrossOriginAccess(try configuration.readingSites()),
            routes: accounts + watching + told + [
                HealthResource().route, readiness.route, login.route,
                LogoutResource(sessions: sessions, hub: hub, cookie: cookie, audit: audit).route,
                HistoryResource(reader: history, live: live, retention: configuration.retention, now: now).route,
                LossesResource(store: store, now: now).route,
                ProxiesResource(store: store, live: live, now: now).route,
                PolicyResource(store: store, live: live, now: now).route,
                PinsResource(store: store, live: live, pins: configuration.pins, now: now).route,
                CallsResource(live: live).route,
                LiveResource().route, AsyncAPI.route,
                OpenAPIResource().route,
            ] + ViewResources(live: live, reader: history, retention: configuration.retention, now: now).routes
                + HostsResource(
                    store: store, live: live, audit: audit, waiters: waiters, retention: configuration.retention,
                    now: now
                ).routes
                + [BucketsResource(store: store).route]
                + ForgettingResource(store: store, audit: audit, now: now).routes,
            dashboard: configuration.dashboardDirectory.map { DashboardFiles(directory: $0, logger: logger) } ?? .none)
    }

    /// Makes sure that there is an administrator's secret.
    public func prepare() async throws -> ServerStart {
        try await history.begin(now: now() / 1_000)
        await thresholds.refresh()
        return ServerStart(generatedSecret: try await secret.establish(configured: configuration.secret))
    }

    /// Where the server listens, as soon as it does. Throws where it cannot.
    public var address: ServerAddress { get async throws { try await listening.address } }

    /// A link that signs one person in, once, within ``ServerConfiguration/signInLinkLifetime``. Waits until the
    /// server listens.
    public func makeSignInLink() async throws -> String {
        let base = try await baseURL
        let token = try await sessions.makeSignInToken(lifetime: configuration.signInLinkLifetime)
        return "\(base)/sign-in#\(token.text)"
    }

    /// A token for a program of the same owner: a session like any other.
    public func makeSessionToken() async throws -> String {
        guard let opened = try await sessions.open(.administrator, role: .admin, visitor: .local) else {
            preconditionFailure("only a user's session depends on the user")
        }
        return opened.token.text
    }

    /// Where people reach the server, without a slash at the end. Waits until the server listens.
    public var baseURL: String { get async throws { try await urls.base } }

    /// Where programs of this machine reach the server. Waits until it listens.
    public var localURL: String { get async throws { try await urls.local } }

    public func run() async throws {
        if reach == .plain {
            logger.warning(
                "other machines reach the server without TLS: whoever is on the way reads what goes there, tokens too",
                metadata: ["listen": "\(configuration.host):\(configuration.port)"])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (changes, changed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask { await self.follow(changed) }
            group.addTask { await self.push(changes) }
            group.addTask { await self.followHosts() }
            group.addTask { await self.followOpenMinutes() }
            group.addTask { await self.lookAfterSessions() }
            group.addTask { await self.lookAfterSockets() }
            group.addTask { await self.lookAfterThresholds() }
            group.addTask { await self.alerting.run() }
            group.addTask { await self.alerts.run() }
            if let bucket { group.addTask { await bucket.run() } }
            if let tls { group.addTask { await tls.follow() } }
            // Whoever still waits for the address is not waited for.
            defer {
                listening.finish(.failure(CancellationError()))
                group.cancelAll()
            }
            do { try await serve(application) } catch { throw failure(error) }
        }
    }

    /// Why it ended, which whoever waits for the address is told as well.
    private func failure(_ error: any Error) -> any Error {
        guard !listening.isFinished else { return error }
        let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
        let failure = ServerError(
            .cannotListen,
            "Cannot listen on \(configuration.host):\(configuration.port): \(reason); choose another by server.listen.")
        listening.finish(.failure(failure))
        return failure
    }

    /// Every route, and who may use it.
    package var accessTable: [RouteAccess] { responder.routes.all.map(RouteAccess.init) }

    // MARK: Serving

    private var application: Application<Responder> {
        let (access, client, base, hub, settings, limits) = (access, client, base, hub, configuration, limits)
        let (tls, listening) = (tls, listening)
        let server = HTTPServerBuilder { respond in
            VenusChannel(
                tls: tls, responder: respond, access: access, client: client, base: base, hub: hub, limits: limits,
                idleTimeout: TimeAmount(settings.idleTimeout),
                firstRequestTimeout: TimeAmount(settings.firstRequestTimeout))
        }
        return Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.maximumConnections, logger: logger)),
            onServerRunning: { channel in
                CongestionControl.spare(channel)
                let address = channel.localAddress
                listening.finish(
                    .success(
                        ServerAddress(host: address?.ipAddress ?? settings.host, port: address?.port ?? settings.port)))
            },
            logger: logger)
    }

    private var limits: LiveSessionStateMachine.Limits {
        var limits = LiveSessionStateMachine.Limits()
        limits.pingInterval = configuration.pingInterval
        limits.silenceTimeout = configuration.silenceTimeout
        return limits
    }

    /// Serves until graceful shutdown, and then no longer than the limit.
    private func serve(_ application: Application<Responder>) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await application.run()
                return true
            }
            group.addTask {
                do { try await gracefulShutdown() } catch {
                    // Whoever is held would keep the server from ending.
                    await self.waiters.stop()
                    throw error
                }
                self.readiness.stop()
                self.hub.stop()
                await self.waiters.stop()
                try await Task.sleep(for: self.configuration.shutdownLimit)
                self.logger.warning("Some requests did not finish in time")
                return false
            }
            _ = try await group.next()
            group.cancelAll()
        }
    }

    // MARK: Live data

    /// Reads the feed into the live state. Where the feed is closed, what is known goes on being served, with the age
    /// that it has.
    private func follow(_ changed: AsyncStream<Void>.Continuation) async {
        for await frame in feed.frames() where live.receive(frame) { changed.yield() }
    }

    /// Pushes what came in; frames of several shards that come together make one tick.
    private func push(_ changes: AsyncStream<Void>) async {
        for await _ in changes {
            let deadline = ContinuousClock.now + Self.gatheringTime
            while !live.hasNewsOfAll, ContinuousClock.now < deadline {
                try? await Task.sleep(for: Self.gatheringStep)
            }
            if live.takeNews() { hub.tick() }
        }
    }

    /// How long a tick waits for the frames of further shards, and how often it looks.
    private static let gatheringTime: Duration = .milliseconds(50)
    private static let gatheringStep: Duration = .milliseconds(5)

    /// Reads the hosts each second while somebody looks at them.
    private func followHosts() async {
        var follower = HostsFollower(store: store, live: live)
        while (try? await Task.sleep(for: Self.hostsInterval)) != nil {
            await tellWaiters()
            let watched = hub.watchedHosts
            guard !watched.isEmpty else {
                follower.forget()
                hub.tick(nil)
                continue
            }
            do { hub.tick(try await follower.picture(watched: watched, now: now())) } catch {
                logger.debug("The hosts cannot be read", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Tells the agents that wait whether somebody looks at their hosts, here or at another server.
    private func tellWaiters() async {
        guard await !waiters.isEmpty else { return }
        let now = now()
        do {
            await waiters.tick(try await store.watchedHosts(after: now), now: now)
        } catch {
            await waiters.tick([:], now: now)
        }
    }

    private static let hostsInterval: Duration = .seconds(1)

    /// Reads the open minutes as they grow: whoever looks at history first does not wait for all of a minute. Spends a
    /// tenth of its time on it at most.
    private func followOpenMinutes() async {
        var pause = Self.openMinutesInterval
        while (try? await Task.sleep(for: pause)) != nil {
            let begun = ContinuousClock.now
            do { try await store.readOpenMinutes() } catch {
                logger.debug("The open minutes cannot be read", metadata: ["error": "\(error)"])
            }
            pause = max(Self.openMinutesInterval, (ContinuousClock.now - begun) * 9)
        }
    }

    private static let openMinutesInterval: Duration = .seconds(1)

    private func lookAfterSockets() async {
        while (try? await Task.sleep(for: configuration.socketCheckInterval)) != nil { hub.timePassed() }
    }

    private func lookAfterThresholds() async {
        while (try? await Task.sleep(for: configuration.thresholdCheckInterval)) != nil { await thresholds.refresh() }
    }

    // MARK: Sessions

    private func lookAfterSessions() async {
        var sinceCleaning = Duration.seconds(3_600)
        while !Task.isCancelled {
            try? await Task.sleep(for: configuration.sessionRecheckInterval)
            await hub.recheck(sessions)
            sinceCleaning += configuration.sessionRecheckInterval
            guard sinceCleaning >= .seconds(600) else { continue }
            sinceCleaning = .zero
            do { try await sessions.removeExpired() } catch {
                logger.warning("Expired sessions could not be removed", metadata: ["error": "\(error)"])
            }
        }
    }
}
