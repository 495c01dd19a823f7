using System.Runtime.Serialization;

using ImapMigration.Interop.Native;

namespace ImapMigration.Interop.Contract;

/// <summary>Everything that can be asked of the library: one function an operation.</summary>
public static class Operations
{
    /// <summary>Opens the store, making it if need be. Answer: a store.</summary>
    public static Request OpenStore() => new("open_store", new NoArguments());

    /// <summary>Makes an endpoint. Answer: the endpoint.</summary>
    public static Request NewEndpoint(NewEndpoint endpoint) => new("new_endpoint", endpoint);

    /// <summary>Answer: endpoints.</summary>
    public static Request GetEndpoints(EndpointQuery query) => new("get_endpoints", query);

    /// <summary>Changes an endpoint. Answer: none.</summary>
    public static Request SetEndpoint(EndpointChanges changes) => new("set_endpoint", changes);

    /// <summary>Removes an endpoint that no batch uses. Answer: none.</summary>
    public static Request RemoveEndpoint(ObjectIdentity endpoint) => new("remove_endpoint", endpoint);

    /// <summary>Tests a server or an endpoint. Answer: a connection test, whatever its result.</summary>
    public static Request TestConnection(ConnectionTest test) => new("test_connection", test);

    /// <summary>Checks a CSV. Answer: a CSV check, whatever its result.</summary>
    public static Request TestCsv(CsvTest csv) => new("test_csv", csv);

    /// <summary>Makes a batch. Answer: the batch.</summary>
    public static Request NewBatch(NewBatch batch) => MayStartWorker("new_batch", batch);

    /// <summary>Answer: batches.</summary>
    public static Request GetBatches(BatchQuery query) => new("get_batches", query);

    /// <summary>Changes a batch. Answer: none.</summary>
    public static Request SetBatch(SetBatch changes) => MayStartWorker("set_batch", changes);

    /// <summary>Starts or resumes a batch. Answer: none.</summary>
    public static Request StartBatch(ObjectIdentity batch) => MayStartWorker("start_batch", batch);

    /// <summary>Stops a batch. Answer: none.</summary>
    public static Request StopBatch(ObjectIdentity batch) => new("stop_batch", batch);

    /// <summary>Removes a batch and all that belongs to it. Answer: none.</summary>
    public static Request RemoveBatch(ObjectIdentity batch) => MayStartWorker("remove_batch", batch);

    /// <summary>Waits until a batch has nothing left to do now. Answer: progress, then the batch.</summary>
    public static Request WaitBatch(WaitBatch wait) => new("wait_batch", wait);

    /// <summary>Answer: users.</summary>
    public static Request GetUsers(UserQuery query) => new("get_users", query);

    /// <summary>Answer: the statistics of each user of that identity.</summary>
    public static Request GetUserStatistics(StatisticsQuery query) => new("get_user_statistics", query);

    /// <summary>Compares both sides of a user. Answer: a verification for each folder.</summary>
    public static Request VerifyUser(ObjectIdentity user) => new("verify_user", user);

    /// <summary>Answer: the worker.</summary>
    public static Request GetWorker() => new("get_worker", new NoArguments());

    /// <summary>Starts a worker if none serves the store. Answer: the worker.</summary>
    public static Request StartWorker() => MayStartWorker("start_worker", new NoArguments());

    /// <summary>Ends the worker after its checkpoints. Answer: the worker.</summary>
    public static Request StopWorker(WorkerStop stop) => new("stop_worker", stop);

    private static Request MayStartWorker(string operation, object arguments) =>
        new(operation, arguments) { Worker = NativePaths.Worker };
}

/// <summary>The arguments of an operation that has none.</summary>
[DataContract]
public sealed class NoArguments;
