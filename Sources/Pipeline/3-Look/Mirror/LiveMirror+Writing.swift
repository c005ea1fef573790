// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Our own writes: their answers are used at once, and older events are ignored afterwards.
extension LiveMirror {
    /// Call it before the writes of a pass.
    package func beginWriting() {
        for key in feeds.keys { feeds[key]?.store.isWriting = true }
    }

    /// Stores that an object was applied, and is as this mark says.
    ///
    /// - Returns: Whether that is news, for ``finishWriting(parent:at:news:)``.
    package func wrote(_ mark: Inventory.AppliedMark, as id: ObjectID, at now: ContinuousClock.Instant) -> Bool {
        var isNews = false
        for key in feeds.keys where key.covers(id) && key != parentKey {
            if feeds[key]?.store.wrote(.settled(mark), as: id, at: now) == true { isNews = true }
        }
        return isNews
    }

    /// Stores that an object was deleted and is gone.
    ///
    /// - Returns: Whether that is news, for ``finishWriting(parent:at:news:)``.
    package func deleted(_ id: ObjectID, uid: String, at now: ContinuousClock.Instant) -> Bool {
        var isNews = false
        for key in feeds.keys where key.covers(id) && key != parentKey {
            if feeds[key]?.store.deleted(id, uid: uid, at: now) == true { isNews = true }
        }
        return isNews
    }

    /// Call it once after the writes of a pass, also when they failed, and after their results were stored.
    ///
    /// - Parameters:
    ///   - parent: The inventory's parent as it was stored last; nil when it is not known.
    ///   - now: When.
    ///   - news: The kinds of the objects whose results were news.
    package func finishWriting(parent: KubeObject?, at now: ContinuousClock.Instant, news: Set<GroupKind>) {
        var news = news
        if let parent, feeds[parentKey]?.store.wrote(.whole(parent), as: parent.id, at: now) == true {
            news.insert(parent.id.groupKind)
        }
        for key in feeds.keys { feeds[key]?.store.isWriting = false }
        if !news.isEmpty { changed(news) }
    }

    /// Drops the fields of an object that was found settled.
    package func settle(_ mark: Inventory.AppliedMark, as id: ObjectID) {
        for key in feeds.keys where key.covers(id) && key != parentKey {
            feeds[key]?.store.settle(mark, as: id)
        }
    }
}
